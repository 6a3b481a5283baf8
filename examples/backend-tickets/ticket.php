<?php
// Prints a ticket for Expressway: php ticket.php KEY_FILE ROLE
declare(strict_types=1);

function make_ticket(string $key, string $role, int $seconds = 60): string
{
    $signed = sprintf('v1.%s.%d.%s', bin2hex(random_bytes(16)), time() + $seconds, $role);
    $mac = hash_hmac('sha256', $signed, $key, true);
    return $signed . '.' . rtrim(strtr(base64_encode($mac), '+/', '-_'), '=');
}

[, $keyFile, $role] = $argv;
echo make_ticket(rtrim(file_get_contents($keyFile), "\r\n"), $role), "\n";
