<?php

function fill(): void {
	$user             = new WP_User();
	$user->ID         = 2;
	$user->user_email = 'mae@example.test';
	Site::$users[]    = $user;
	open_store( true, '2' );
	WC()->cart->add( mug() );
	Shop::end_request();
	$order       = new WC_Order( 17 );
	$order->meta = array( '_doorstep_cart' => 'c0ffee', '_wc_other/doorstep/marketing-opt-in' => '1', '_doorstep_marketing_wording' => 'News, please.', '_other' => 'x' );
	new WC_Order( 18, 'processing', 'ida@example.test' );
}

function test_a_shopper_gets_what_is_kept_of_them(): void {
	fill();
	$exporter = apply_filters( 'wp_privacy_personal_data_exporters', array() )['doorstep']['callback'];
	$found    = $exporter( 'mae@example.test', 1 );
	same( true, $found['done'] );
	same( array( 'doorstep-order-17', 'doorstep-cart' ), array_column( $found['data'], 'item_id' ) );
	same( array( 'c0ffee', '1', 'News, please.' ), array_column( $found['data'][0]['data'], 'value' ) );
}

function test_a_shopper_is_forgotten_and_keeps_the_cart(): void {
	fill();
	$eraser = apply_filters( 'wp_privacy_personal_data_erasers', array() )['doorstep']['callback'];
	same( array( true, false, true ), array_values( array_diff_key( $eraser( 'mae@example.test', 1 ), array( 'messages' => 1 ) ) ) );
	same( array( '_other' => 'x' ), Shop::$orders[17]->meta );
	same( array( 'cart', 'cart_totals' ), array_keys( Shop::$sessions['2'] ) );
	same( false, $eraser( 'mae@example.test', 1 )['items_removed'] );
}

function test_many_orders_are_taken_page_by_page(): void {
	open_store();
	foreach ( range( 1, 51 ) as $id ) {
		$order = new WC_Order( $id );
		$order->meta['_doorstep_cart'] = "cart-$id";
	}
	$eraser = apply_filters( 'wp_privacy_personal_data_erasers', array() )['doorstep']['callback'];
	same( false, $eraser( 'mae@example.test', 1 )['done'] );
	same( true, $eraser( 'mae@example.test', 2 )['done'] );
	same( array(), Shop::$orders[51]->meta );
}

function test_the_store_is_offered_words_for_its_policy(): void {
	open_store();
	do_action( 'admin_init' );
	same( 'policy', Site::$said[0][0] );
}

function test_uninstalling_leaves_nothing(): void {
	fill();
	$page = wp_insert_post( array( 'post_content' => '<!-- wp:doorstep/tracking /-->', 'post_title' => 'Track', 'post_status' => 'publish' ) );
	Site::$options['doorstep_settings'] = array( 'page' => $page, 'made_page' => $page );
	$meta                               = array_map( fn( $name ) => array( 'meta_key' => $name ), array_keys( Shop::$orders[17]->meta ) );
	$GLOBALS['wpdb']->tables            = array( 'wp_postmeta' => $meta, 'wp_wc_orders_meta' => $meta, 'wp_woocommerce_sessions' => array(), 'wp_woocommerce_api_keys' => array( array( 'description' => 'Doorstep - API' ) ) );
	$hook = BASE . '/webhooks/woocommerce/' . KEY;
	$GLOBALS['wpdb']->tables['wp_wc_webhooks'] = array( array( 'name' => 'Doorstep order.updated', 'delivery_url' => $hook ), array( 'name' => 'Doorstep bell', 'delivery_url' => 'https://bell.example' ) );
	define( 'WP_UNINSTALL_PLUGIN', 'doorstep-for-woocommerce/doorstep-for-woocommerce.php' );
	require __DIR__ . '/../../../extensions/woocommerce/uninstall.php';
	same( array(), Site::$options );
	same( array(), Shop::$webhooks );
	same( array(), Site::$posts );
	$left = array_filter( $GLOBALS['wpdb']->tables );
	same( array( 'wp_postmeta', 'wp_wc_orders_meta', 'wp_wc_webhooks' ), array_keys( $left ) );
	same( array( 'Doorstep bell' ), array_values( array_column( $left['wp_wc_webhooks'], 'name' ) ) );
	same( array( '_other' ), array_values( array_column( $left['wp_wc_orders_meta'], 'meta_key' ) ) );
	holds( false === strpos( serialize( Shop::$sessions ), 'doorstep' ), 'no word in a cart' );
}

function test_a_page_that_the_merchant_changed_is_theirs(): void {
	open_store();
	$page = wp_insert_post( array( 'post_content' => '<p>Hello</p><!-- wp:doorstep/tracking /-->', 'post_title' => 'Track', 'post_status' => 'publish' ) );
	Site::$options['doorstep_settings'] = array( 'made_page' => $page );
	$GLOBALS['wpdb']->tables            = array( 'wp_postmeta' => array() );
	Doorstep_Cleanup::all();
	same( array( $page ), array_keys( Site::$posts ) );
}
