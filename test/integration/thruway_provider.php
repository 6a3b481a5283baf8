<?php
// An authentication provider in plain PHP, which speaks on the wire as Thruway's clients do: an Origin, request ids at random, requests sent
// before the answers to those before them, empty dicts as `[]`, and GOODBYE in the words of old.
//   php thruway_provider.php HOST:PORT METHOD
// Answers until its standard input ends. Prints "registered", then a line of JSON for each question.

[, $address, $method] = $argv;
$socket = stream_socket_client("tcp://$address", $errno, $error, 5);
if ($socket === false) {
    fwrite(STDERR, "$error\n");
    exit(1);
}
fwrite($socket, implode("\r\n", [
    'GET / HTTP/1.1',
    "Host: $address",
    'User-Agent: thruway_provider',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: ' . base64_encode(random_bytes(16)),
    'Sec-WebSocket-Protocol: wamp.2.json',
    'Origin: http://' . explode(':', $address)[0],
    '',
    '',
]));
$head = '';
while (!str_ends_with($head, "\r\n\r\n")) {
    $byte = fgetc($socket);
    if ($byte === false) {
        exit(1);
    }
    $head .= $byte;
}
if (!str_contains(strtok($head, "\r"), ' 101 ')) {
    fwrite(STDERR, strtok($head, "\r") . "\n");
    exit(1);
}

/** Sends a frame of the client's, masked. */
function frame($socket, int $opcode, string $payload): void
{
    $length = strlen($payload);
    $size = $length < 126 ? chr(0x80 | $length) : chr(0x80 | 126) . pack('n', $length);
    $mask = random_bytes(4);
    fwrite($socket, chr(0x80 | $opcode) . $size . $mask . ($payload ^ str_pad('', $length, $mask)));
}

function send($socket, array $message): void
{
    frame($socket, 1, json_encode($message));
}

/** Reads exactly so many bytes, or ends. */
function bytes($socket, int $count): string
{
    $read = '';
    while (strlen($read) < $count) {
        $more = fread($socket, $count - strlen($read));
        if ($more === false || $more === '') {
            exit(feof($socket) ? 0 : 1);
        }
        $read .= $more;
    }
    return $read;
}

/** The next message; pings are answered meanwhile. */
function receive($socket): array
{
    for (;;) {
        [$first, $second] = array_values(unpack('C2', bytes($socket, 2)));
        $length = $second & 0x7f;
        if ($length === 126) {
            $length = unpack('n', bytes($socket, 2))[1];
        } elseif ($length === 127) {
            $length = unpack('J', bytes($socket, 8))[1];
        }
        $payload = $length === 0 ? '' : bytes($socket, $length);
        switch ($first & 0x0f) {
            case 1:
                return json_decode($payload);
            case 8:
                exit(0);
            case 9:
                frame($socket, 10, $payload);
        }
    }
}

function uniqueId(): int
{
    return random_int(0, 2 ** 53 - 1) ?: 1;
}

send($socket, [1, 'thruway.auth', [
    'roles' => ['caller' => [], 'callee' => []],
    'authmethods' => [],
    'authid' => 'anonymous',
]]);
if (receive($socket)[0] !== 2) {
    exit(1);
}
$names = [];
foreach (['onhello', 'onauthenticate'] as $name) {
    $names[uniqueId()] = $name;
}
foreach ($names as $request => $name) {
    send($socket, [64, $request, ['replace_orphaned_session' => 'yes'], "thruway.auth.$method.$name"]);
}
send($socket, [48, uniqueId(), [], 'thruway.auth.registermethod', [
    $method,
    ['onhello' => "thruway.auth.$method.onhello", 'onauthenticate' => "thruway.auth.$method.onauthenticate"],
    ['*'],
]]);
$registrations = [];
for (;;) {
    $message = receive($socket);
    if ($message[0] === 65) {
        $registrations[$message[2]] = $names[$message[1]];
    } elseif ($message[0] === 50) {
        if ($message[3] !== ['SUCCESS']) {
            fwrite(STDERR, json_encode($message[3]) . "\n");
            exit(1);
        }
        break;
    } else {
        exit(1);
    }
}
echo "registered\n";

/** As a provider decides that is derived from Thruway's AbstractAuthProviderClient. */
function decide(string $name, array $args): array
{
    global $method;
    if ($name === 'onhello') {
        return ['CHALLENGE', (object) ['challenge' => new stdClass(), 'challenge_method' => $method]];
    }
    $signature = $args[0]->signature ?? null;
    if (!$signature) {
        return ['ERROR'];
    }
    return $signature === 'letMeIn' ? ['SUCCESS', ['authid' => 'joe', 'authroles' => ['user']]] : ['FAILURE'];
}

for (;;) {
    $readable = [$socket, STDIN];
    $none = null;
    stream_select($readable, $none, $none, null);
    if (in_array(STDIN, $readable, true)) {
        send($socket, [6, [], 'wamp.error.goodbye_and_out']);
        echo json_encode(receive($socket)) . "\n";
        exit(0);
    }
    $message = receive($socket);
    if ($message[0] !== 68) {
        exit(1);
    }
    [, $request, $registration, , $args] = $message;
    $name = $registrations[$registration];
    echo json_encode([$name, $args]) . "\n";
    send($socket, [70, $request, [], decide($name, $args)]);
}
