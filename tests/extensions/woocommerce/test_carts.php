<?php

function test_nothing_is_told_before_the_merchant_connects(): void {
	open_store( false );
	type_email( 'ida@example.test' );
	WC()->cart->add( mug() );
	Shop::end_request();
	same( array(), told() );
	same( array( 'cart', 'cart_totals' ), array_keys( Shop::$sessions[ GUEST ] ) );
}

function test_a_cart_of_nobody_known_is_not_told(): void {
	open_store();
	WC()->cart->add( mug() );
	Shop::end_request();
	same( array(), told() );
}

function test_a_cart_is_told_once_its_shopper_is_known(): void {
	open_store();
	WC()->cart->add( mug(), 2 );
	Shop::end_request();
	type_email( ' IDA@example.test' );
	type_email( 'ida@example.test' );
	Shop::end_request();
	$told = told();
	same( 1, count( $told ) );
	same( 'cart.updated', $told[0][0] );
	$cart = $told[0][1];
	same( 1, preg_match( '/^[0-9a-f]{32}$/', $cart['id'] ) );
	unset( $cart['id'] );
	$line = array(
		'key'          => md5( '10' ),
		'product_id'   => 10,
		'variation_id' => 0,
		'quantity'     => 2,
		'line_total'   => 37,
		'name'         => 'Enamel Camp Mug',
		'sku'          => 'MUG-1',
		'image'        => array( 'src' => 'https://harbor.example/wp-content/uploads/71.jpg' ),
	);
	same(
		array(
			'email'    => 'ida@example.test',
			'currency' => 'USD',
			'total'    => '42.09',
			'url'      => 'https://harbor.example/checkout-link/?products=10:2',
			'items'    => array( $line ),
		),
		$cart
	);
}

function test_a_variation_is_told_as_such(): void {
	open_store();
	WC()->cart->add( shirt() );
	type_email( 'ida@example.test' );
	Shop::end_request();
	$cart = told()[0][1];
	same( array( 21, 22 ), array( $cart['items'][0]['product_id'], $cart['items'][0]['variation_id'] ) );
	same( 'https://harbor.example/checkout-link/?products=22:1', $cart['url'] );
}

function test_quick_changes_are_one_delivery_with_the_last_state(): void {
	open_store();
	type_email( 'ida@example.test' );
	foreach ( array( 1, 2, 4 ) as $quantity ) {
		WC()->cart->add( mug(), $quantity );
		Shop::end_request();
	}
	$told = told();
	same( 1, count( $told ) );
	same( 4, $told[0][1]['items'][0]['quantity'] );
}

function test_an_account_is_known_without_typing(): void {
	$user             = new WP_User();
	$user->ID         = 2;
	$user->user_email = 'Ada@example.test';
	Site::$users[]    = $user;
	open_store( true, '2' );
	WC()->cart->add( mug() );
	Shop::end_request();
	same( 'ada@example.test', told()[0][1]['email'] );
}

function test_who_signs_in_keeps_the_cart(): void {
	$user             = new WP_User();
	$user->ID         = 2;
	$user->user_email = 'ada@example.test';
	Site::$users[]    = $user;
	open_store();
	type_email( 'ida@example.test' );
	WC()->cart->add( mug() );
	Shop::end_request();
	$first = told()[0][1]['id'];
	WC()->session->become( '2' );
	Shop::end_request();
	$told = told();
	same( $first, $told[1][1]['id'] );
	same( 2, count( $told ) );
}

function test_a_cart_that_is_emptied_is_taken_back(): void {
	open_store();
	type_email( 'ida@example.test' );
	WC()->cart->add( mug() );
	Shop::end_request();
	$id = told()[0][1]['id'];
	WC()->cart->remove( mug() );
	Shop::end_request();
	same( array( 'cart.deleted', array( 'id' => $id ) ), told()[1] );
	WC()->cart->add( mug() );
	Shop::end_request();
	$third = told()[2];
	same( 'cart.updated', $third[0] );
	holds( $third[1]['id'] !== $id, 'a new cart has a new name' );
}

function test_a_cart_that_is_gone_when_it_is_told_says_so_as_woocommerce_does(): void {
	open_store();
	type_email( 'ida@example.test' );
	WC()->cart->add( mug() );
	Shop::end_request();
	Shop::$sessions = array();
	$gone           = told()[0][1];
	same( array( 'code', 'message', 'data' ), array_keys( $gone ) );
	same( 404, $gone['data']['status'] );
}

function test_a_cart_that_became_an_order_is_not_taken_back(): void {
	open_store();
	type_email( 'ida@example.test' );
	WC()->cart->add( mug() );
	Shop::end_request();
	$id    = told()[0][1]['id'];
	$order = new WC_Order( 17 );
	do_action( 'woocommerce_store_api_checkout_update_order_meta', $order );
	same( $id, $order->meta['_doorstep_cart'] );
	do_action( 'woocommerce_store_api_checkout_order_processed', $order );
	WC()->cart->empty_cart();
	Shop::end_request();
	same( 1, count( told() ) );
	WC()->cart->add( shirt() );
	Shop::end_request();
	holds( told()[1][1]['id'] !== $id, 'the next cart is another' );
}

function test_a_look_at_the_block_checkout_is_no_order_yet(): void {
	open_store();
	type_email( 'ida@example.test' );
	WC()->cart->add( mug() );
	Shop::end_request();
	do_action( 'woocommerce_store_api_checkout_update_order_meta', new WC_Order( 17 ) );
	WC()->cart->empty_cart();
	Shop::end_request();
	same( array( 'cart.updated', 'cart.deleted' ), array_column( told(), 0 ) );
}

function test_who_declines_is_taken_back_whatever_was_tried_to_order(): void {
	open_store();
	type_email( 'ida@example.test' );
	WC()->cart->add( mug() );
	Shop::end_request();
	told();
	do_action( 'woocommerce_checkout_create_order', new WC_Order( 17 ), array() );
	$_POST = array( '_ajax_nonce' => wp_create_nonce( 'doorstep_cart' ), 'decline' => '1' );
	raises( Answered::class, fn() => do_action( 'wc_ajax_doorstep_cart' ) );
	Shop::end_request();
	same( array( 'cart.updated', 'cart.deleted' ), array_column( told(), 0 ) );
}

function test_the_classic_checkout_marks_its_order_too(): void {
	open_store();
	do_action( 'woocommerce_checkout_update_order_review', 'billing_country=US&billing_email=ida%40example.test' );
	WC()->cart->add( mug() );
	Shop::end_request();
	$order = new WC_Order( 18 );
	do_action( 'woocommerce_checkout_create_order', $order, array() );
	same( told()[0][1]['id'], $order->meta['_doorstep_cart'] );
	holds( ! isset( $order->meta['_wc_other/doorstep/marketing-opt-in'] ), 'nobody agreed to anything' );
}

function test_an_order_of_a_cart_that_was_never_told_is_not_marked(): void {
	open_store();
	WC()->cart->add( mug() );
	$order = new WC_Order( 18 );
	do_action( 'woocommerce_checkout_create_order', $order, array() );
	same( array(), $order->meta );
}

function test_who_declines_is_taken_back_and_told_of_no_more(): void {
	open_store();
	type_email( 'ida@example.test' );
	WC()->cart->add( mug() );
	Shop::end_request();
	told();
	$_POST = array( '_ajax_nonce' => wp_create_nonce( 'doorstep_cart' ), 'decline' => '1' );
	raises( Answered::class, fn() => do_action( 'wc_ajax_doorstep_cart' ) );
	Shop::end_request();
	type_email( 'ida@example.test' );
	WC()->cart->add( mug(), 3 );
	Shop::end_request();
	same( array( 'cart.updated', 'cart.deleted' ), array_column( told(), 0 ) );
}

function test_the_script_passes_the_address_on_with_a_nonce_only(): void {
	open_store();
	WC()->cart->add( mug() );
	$_POST = array( 'email' => 'ida@example.test', '_ajax_nonce' => 'wrong' );
	raises( Died::class, fn() => do_action( 'wc_ajax_doorstep_cart' ) );
	same( null, WC()->session->get( 'doorstep_email' ) );
	$_POST['_ajax_nonce'] = wp_create_nonce( 'doorstep_cart' );
	raises( Answered::class, fn() => do_action( 'wc_ajax_doorstep_cart' ) );
	same( 'ida@example.test', WC()->session->get( 'doorstep_email' ) );
}

function test_what_is_no_address_is_not_kept(): void {
	open_store();
	type_email( 'ida@' );
	same( null, WC()->session->get( 'doorstep_email' ) );
}

function test_a_merchant_who_wants_no_carts_told_has_none_told(): void {
	Site::$options['doorstep_settings'] = array( 'carts' => false );
	open_store();
	type_email( 'ida@example.test' );
	WC()->cart->add( mug() );
	Shop::end_request();
	same( array(), told() );
	same( '<div>checkout</div>', apply_filters( 'render_block_woocommerce/checkout', '<div>checkout</div>' ) );
}

function test_a_webhook_that_sleeps_tells_nothing(): void {
	open_store( false );
	( new WC_Webhook( 38, 'Doorstep cart.updated', 'cart.updated', BASE . '/webhooks/woocommerce/' . KEY, SECRET, 'paused' ) )->enqueue();
	type_email( 'ida@example.test' );
	WC()->cart->add( mug() );
	Shop::end_request();
	same( array(), told() );
}

function test_other_webhooks_are_left_alone(): void {
	open_store();
	same( array( 'coupon' => 1 ), apply_filters( 'woocommerce_webhook_payload', array( 'coupon' => 1 ), 'coupon', 5, 1 ) );
	same( array( 'order', 'cart' ), apply_filters( 'woocommerce_valid_webhook_resources', array( 'order' ) ) );
}
