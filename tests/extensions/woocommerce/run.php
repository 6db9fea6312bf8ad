<?php
/**
 * Runs one test of a file: php run.php <file> <function>. Says nothing and ends with 0 if it holds.
 */

error_reporting( E_ALL );
set_error_handler(
	function ( $level, $message, $file, $line ) {
		return error_reporting() & $level ? throw new ErrorException( $message, 0, $level, $file, $line ) : true;
	}
);

require __DIR__ . '/seam/wordpress.php';
require __DIR__ . '/seam/woocommerce.php';
require __DIR__ . '/store.php';
require __DIR__ . '/../../../extensions/woocommerce/doorstep-for-woocommerce.php';

require __DIR__ . '/' . $argv[1];
( $argv[2] )();
