<?php
/**
 * What the plug-in says to a Doorstep, as JSON: php speak.php <what> <its address> <the shop's key> <its secret>.
 */

require __DIR__ . '/seam/wordpress.php';
require __DIR__ . '/seam/woocommerce.php';
require __DIR__ . '/store.php';
require __DIR__ . '/../../../extensions/woocommerce/doorstep-for-woocommerce.php';

list( , $what, $base, $key, $secret ) = $argv;

open_store( false );
foreach ( array( 'cart.deleted', 'cart.updated', 'order.updated' ) as $place => $topic ) {
	( new WC_Webhook( 38 + $place, "Doorstep $topic", $topic, "$base/webhooks/woocommerce/$key", $secret ) )->enqueue();
}

/** A cart is filled, its shopper known; it is told, and becomes an order that agrees to news. */
function bought(): array {
	Site::$options['doorstep_settings'] = array( 'newsletter' => true );
	WC()->cart->add( mug(), 2 );
	WC()->cart->add( shirt() );
	type_email( 'ida@example.test' );
	Shop::end_request();
	told();
	$order = new WC_Order( 17 );
	do_action( 'woocommerce_checkout_create_order', $order, array( 'doorstep_marketing_opt_in' => 1 ) );
	return array( 'deliveries' => Shop::$delivered, 'meta' => $order->meta );
}

/** A cart is filled, told, and emptied. */
function emptied(): array {
	WC()->cart->add( mug() );
	type_email( 'ida@example.test' );
	Shop::end_request();
	told();
	WC()->cart->remove( mug() );
	Shop::end_request();
	told();
	return array( 'deliveries' => Shop::$delivered );
}

/** A cart is filled and told only when it is gone. */
function gone(): array {
	WC()->cart->add( mug() );
	type_email( 'ida@example.test' );
	Shop::end_request();
	Shop::$sessions = array();
	told();
	return array( 'deliveries' => Shop::$delivered );
}

/** The look-up, a try of it, an order's page by Doorstep's own link, and by the link in a mail. */
function asked( string $token ): array {
	$page = new Doorstep_Store_Page( new Doorstep_Connection() );
	$url  = 'https://harbor.example/s%C3%B6k/track-your-order/';
	$page->html( $url );
	$page->html( $url, $token );
	$_POST = array( 'order' => '#17', 'who' => 'ida@example.test' );
	$page->html( $url );
	$_POST = array();
	new WC_Order( 17 );
	$_GET = array( 'doorstep_order' => '17', 'doorstep_key' => 'wc_order_key17' );
	$page->html( $url );
	return Site::$said;
}

/** A shopper asks, on the page of a product that is sold out, to hear when it is back. */
function waits( string $email ): array {
	Site::$options['doorstep_settings'] = array( 'back_in_stock' => true );
	$_POST                              = array( 'variant' => '14', 'email' => $email );
	try {
		do_action( 'wc_ajax_doorstep_back_in_stock' );
	} catch ( Died $said ) {
		return Site::$said[ count( Site::$said ) - 1 ];
	}
	return array();
}

/** The form on the page of a product that is sold out. */
function sold_out(): string {
	Site::$options['doorstep_settings'] = array( 'back_in_stock' => true );

	$mug                = mug();
	$mug->stock         = 'outofstock';
	$GLOBALS['product'] = $mug;
	return apply_filters( 'render_block_woocommerce/add-to-cart-form', '' );
}

/** The note at the checkout. */
function note(): string {
	return apply_filters( 'render_block_woocommerce/checkout', '' );
}

/** The merchant's page of a store that is connected. */
function merchant(): string {
	$told = array(
		'sentence'   => '2 parcels need a look. 3 arrive today.',
		'figures'    => array( array( 'label' => 'On the way', 'count' => 41 ), array( 'label' => 'Need a look', 'count' => 2 ), array( 'label' => 'Messages sent, 30 days', 'count' => 310 ), array( 'label' => 'Waiting for something', 'count' => 7 ) ),
		'exceptions' => array( array( 'order' => '#100012', 'what' => 'Late', 'why' => 'The carrier’s own date was Monday. Ask An Post where it is.' ) ),
		'more'       => 1,
		'flows'      => array(
			array( 'name' => 'thank_you', 'label' => 'Thank-you', 'what' => 'An order is paid. One mail, at once.', 'on' => true, 'doubles' => array( 'Processing order' ) ),
			array( 'name' => 'shipped', 'label' => 'Shipped', 'what' => 'A parcel is handed over. One mail with its tracking link.', 'on' => false, 'doubles' => array() ),
		),
	);
	Site::$answers[] = array( 'response' => array( 'code' => 200 ), 'body' => wp_json_encode( $told ) );
	return printed( fn() => ( new Doorstep_Admin_Page( new Doorstep_Settings(), new Doorstep_Connection(), new Doorstep_Overview( new Doorstep_Connection(), new Doorstep_Store_Page( new Doorstep_Connection() ) ) ) )->show() );
}

echo wp_json_encode( $what( ...array_slice( $argv, 5 ) ) );
