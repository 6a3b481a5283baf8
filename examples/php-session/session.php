<?php
// What the pages share: who is logged in, and the token of their forms.
declare(strict_types=1);

/** A session ends when no page was loaded for so long. In seconds. */
const SESSION_LIFE = 3600;

// Of each: what password_hash() made of the password, and the role in Expressway's realm.
const USERS = [
    // Password: kitten
    'zoe' => ['hash' => '$2y$10$8QVpHE92f0a5MBQNBP5rWuRVE5ouCUNUdcmCXumR0TCPbDfFE0Fwa', 'role' => 'user'],
    // Password: ryanpass
    'ryan' => ['hash' => '$2y$10$u0xd1zEeWCi9HRqfxRtUOulSiFtaOheMCgO6j4U/n65tyOQ5nJK6W', 'role' => 'user'],
];

/** Opens the session of the request. With $readOnly it is not locked, and not used: for whoami.php. */
function open_session(bool $readOnly = false): void
{
    session_start([
        'name' => 'PHPSESSID',
        'use_strict_mode' => true,
        'cookie_httponly' => true,
        // With HTTPS, which a real site has: true.
        'cookie_secure' => false,
        'cookie_samesite' => 'Lax',
        'read_and_close' => $readOnly,
    ]);
}

/** The name of who is logged in, or null. */
function current_user(): ?string
{
    $user = $_SESSION['user'] ?? null;
    $isOver = ($_SESSION['expires_at'] ?? 0) <= time();
    return is_string($user) && isset(USERS[$user]) && !$isOver ? $user : null;
}

/** Whether name and password are right. An unknown name takes as long. */
function is_password(string $user, string $password): bool
{
    $isKnown = isset(USERS[$user]);
    $hash = $isKnown ? USERS[$user]['hash'] : USERS['zoe']['hash'];
    return password_verify($password, $hash) && $isKnown;
}

/** A token that only the pages of this session know. */
function form_token(): string
{
    return $_SESSION['form_token'] ??= bin2hex(random_bytes(16));
}

/** Ends with 403 a form that another site has sent. */
function check_form(): void
{
    $given = $_POST['form_token'] ?? '';
    if ($_SERVER['REQUEST_METHOD'] === 'POST' && is_string($given) && hash_equals(form_token(), $given)) {
        return;
    }
    http_response_code(403);
    exit('This form has expired. Load the page again.');
}

function html(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}
