<?php
// autobahn for browsers, from Expressway's own dependencies. A real site has a copy of the file among its scripts.
declare(strict_types=1);
header('Content-Type: text/javascript; charset=utf-8');
readfile(__DIR__ . '/../../../node_modules/autobahn-browser/autobahn.min.js');
