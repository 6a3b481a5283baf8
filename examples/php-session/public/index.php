<?php
declare(strict_types=1);
require __DIR__ . '/../session.php';

open_session();
$user = current_user();
if ($user !== null) {
    $_SESSION['expires_at'] = time() + SESSION_LIFE;
}
$wsUrl = getenv('EXPRESSWAY_WS_URL') ?: 'ws://127.0.0.1:8080/ws';
header('Cache-Control: no-store');
?>
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>PHP with Expressway</title>
    <link rel="icon" href="data:,">
  </head>
  <body>
<?php if ($user === null): ?>
    <h1>Log in</h1>
    <form method="post" action="/login.php">
      <input type="hidden" name="form_token" value="<?= form_token() ?>">
      <label>User <input name="user" autocomplete="username" required></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
      <button>Log in</button>
    </form>
<?php else: ?>
    <h1>Hello, <?= html($user) ?></h1>
    <p id="state" data-url="<?= html($wsUrl) ?>">connecting</p>
    <ul id="notes"></ul>
    <form method="post" action="/logout.php">
      <input type="hidden" name="form_token" value="<?= form_token() ?>">
      <button>Log out</button>
    </form>
    <script src="/autobahn.php"></script>
    <script src="/page.js"></script>
<?php endif ?>
  </body>
</html>
