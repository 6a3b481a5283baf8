<?php
// Expressway asks here whose session a cookie is: 200 and who it is, or 401.
declare(strict_types=1);
require __DIR__ . '/../session.php';

open_session(readOnly: true);
header('Cache-Control: no-store');
$user = current_user();
if ($user === null) {
    http_response_code(401);
    exit;
}
header('Content-Type: application/json');
echo json_encode([
    'sub' => $user,
    'role' => USERS[$user]['role'],
    'expires_at' => $_SESSION['expires_at'],
], JSON_THROW_ON_ERROR);
