<?php
declare(strict_types=1);
require __DIR__ . '/../session.php';

open_session();
check_form();
$_SESSION = [];
session_destroy();
header('Location: /', true, 303);
