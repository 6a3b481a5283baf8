<?php
declare(strict_types=1);
require __DIR__ . '/../session.php';

open_session();
check_form();
$user = $_POST['user'] ?? '';
$password = $_POST['password'] ?? '';
if (!is_string($user) || !is_string($password) || !is_password($user, $password)) {
    http_response_code(401);
    exit('User name or password is wrong.');
}
// Another id than before the log-in: somebody else may have given us that one.
session_regenerate_id(true);
$_SESSION = ['user' => $user, 'expires_at' => time() + SESSION_LIFE];
header('Location: /', true, 303);
