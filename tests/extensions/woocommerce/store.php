<?php
/**
 * A store for tests: things to buy, a shopper at the door, and a Doorstep to tell.
 */

const BASE   = 'https://doorstep.example';
const SECRET = 'a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90';
const KEY    = 'shop-key-of-24-characters';
const GUEST  = 't_08cbc766256e1a19943321db8fd191';

/** Open the store, with the plug-in active. */
function open_store( bool $connected = true, string $shopper = GUEST ): void {
	WC()->session = WC_Session_Handler::of( $shopper );
	WC()->cart    = new WC_Cart();
	do_action( 'woocommerce_loaded' );
	if ( $connected ) {
		connect();
	}
}

/** Make the webhooks that Doorstep makes over REST, and let WooCommerce load them. */
function connect( array $topics = array( 'cart.deleted', 'cart.updated', 'order.created', 'order.updated' ) ): void {
	foreach ( $topics as $place => $topic ) {
		( new WC_Webhook( 38 + $place, "Doorstep $topic", $topic, BASE . '/webhooks/woocommerce/' . KEY, SECRET ) )->enqueue();
	}
}

function mug(): WC_Product {
	return new WC_Product( 10, 'Enamel Camp Mug', 'MUG-1', 18.5, 71 );
}

function shirt(): WC_Product {
	return new WC_Product( 22, 'Overshirt - M, Moss', 'SHIRT-M', 128.0, 0, 21 );
}

/** Type an address, as the block checkout passes it on. */
function type_email( string $email ): void {
	do_action( 'woocommerce_store_api_cart_update_customer_from_request', new WC_Customer( $email ), null );
}

/** Return what the store has told, newest last. */
function told(): array {
	Shop::run_queue();
	return array_map( fn( $one ) => array( $one['headers']['X-WC-Webhook-Topic'], json_decode( $one['body'], true ) ), Shop::$delivered );
}

/** Return what a page prints. */
function printed( callable $print ): string {
	ob_start();
	try {
		$print();
	} finally {
		$html = ob_get_clean();
	}
	return $html;
}

function same( $expected, $found ): void {
	if ( $expected !== $found ) {
		throw new Exception( 'expected ' . var_export( $expected, true ) . "\nfound " . var_export( $found, true ) );
	}
}

function holds( bool $it, string $what ): void {
	$it || throw new Exception( $what );
}

function raises( string $class, callable $do ): Throwable {
	try {
		$do();
	} catch ( Throwable $thrown ) {
		holds( $thrown instanceof $class, 'it raised ' . get_class( $thrown ) . ': ' . $thrown->getMessage() );
		return $thrown;
	}
	throw new Exception( "no $class" );
}
