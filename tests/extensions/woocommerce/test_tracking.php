<?php

const PAGE = '<div class="doorstep" lang="en" dir="ltr"><template shadowrootmode="open"><h1>Arriving</h1></template></div>';

function answer( string $html = PAGE, int $status = 200 ): void {
	Site::$answers[] = array( 'body' => $html, 'response' => array( 'code' => $status ) );
}

function make_page(): int {
	Site::$page = wp_insert_post( array( 'post_content' => '<!-- wp:doorstep/tracking /-->', 'post_title' => 'Track your order', 'post_status' => 'publish' ) );
	Site::$options['doorstep_settings'] = array( 'page' => Site::$page );
	return Site::$page;
}

function shown(): string {
	return ( new Doorstep_Tracking( new Doorstep_Store_Page( new Doorstep_Connection() ) ) )->html();
}

function asked(): array {
	list( $url, $how ) = end( Site::$said );
	parse_str( (string) parse_url( $url, PHP_URL_QUERY ), $query );
	return array( (string) parse_url( $url, PHP_URL_PATH ), $query, $how );
}

function test_the_look_up_stands_where_the_block_is(): void {
	open_store();
	make_page();
	answer();
	same( PAGE, shown() );
	list( $path, $query, $how ) = asked();
	same( '/embed/' . KEY, $path );
	same( array( 'path_prefix', 'timestamp', 'visitor', 'signature' ), array_keys( $query ) );
	same( '/track-your-order/', $query['path_prefix'] );
	same( array( 'GET', 'de-DE' ), array( $how['method'], $how['headers']['Accept-Language'] ) );
	holds( false === strpos( $query['visitor'], '203' ), 'nobody is told the network address' );
}

function test_what_is_typed_is_passed_on(): void {
	open_store();
	make_page();
	answer();
	$_POST = array( 'order' => '#1042', 'who' => 'O\\\'Neil@example.test', 'other' => 'x' );
	shown();
	$how = asked()[2];
	same( array( 'POST', array( 'order' => '#1042', 'who' => "O'Neil@example.test" ) ), array( $how['method'], $how['body'] ) );
}

function test_doorsteps_own_links_stay_in_the_store(): void {
	open_store();
	make_page();
	answer();
	Site::$query['doorstep_token'] = 'eyJ.abc-_';
	$_GET                          = array( 'parcel' => '2' );
	shown();
	list( $path, $query ) = asked();
	same( '/embed/' . KEY . '/t/eyJ.abc-_', $path );
	same( '2', $query['parcel'] );
}

function test_the_link_in_a_mail_opens_its_order_and_no_other(): void {
	open_store();
	make_page();
	new WC_Order( 17 );
	answer();
	$_GET = array( 'doorstep_order' => '17', 'doorstep_key' => 'wc_order_key17' );
	shown();
	same( '17', asked()[1]['order_id'] );
	answer();
	$_GET['doorstep_key'] = 'wc_order_key18';
	shown();
	holds( ! isset( asked()[1]['order_id'] ), 'a wrong key opens nothing' );
}

function test_where_doorstep_is_silent_there_is_a_link_to_it(): void {
	open_store();
	make_page();
	$link = '<p><a href="https://doorstep.example/track?shop=harbor.example">Track your order</a></p>';
	same( $link, shown() );
	foreach ( array( array( 'oops', 500 ), array( '<html>a firewall</html>', 200 ), array( '<div class="doorstep"><script>x</script>', 200 ) ) as list( $html, $status ) ) {
		answer( $html, $status );
		same( $link, shown() );
	}
}

function test_without_a_connection_nobody_is_asked(): void {
	open_store( false );
	make_page();
	Site::$may = array();
	same( '', shown() );
	Site::$may = array( 'manage_woocommerce' );
	holds( false !== strpos( shown(), 'Only you see this line' ), 'the merchant is told' );
	same( array(), Site::$said );
}

function test_a_shoppers_page_is_kept_out_of_caches(): void {
	open_store();
	do_action( 'template_redirect' );
	same( array(), Site::$said );
	$_GET = array( 'doorstep_order' => '17' );
	do_action( 'template_redirect' );
	same( array( array( 'nocache' ) ), Site::$said );
	holds( constant( 'DONOTCACHEPAGE' ), 'page caches look for it' );
}

function test_my_account_has_a_button_for_paid_orders(): void {
	open_store();
	$buttons = apply_filters( 'woocommerce_my_account_my_orders_actions', array(), new WC_Order( 17 ) );
	same( 'https://harbor.example/my-account/track-order/?doorstep_order=17&doorstep_key=wc_order_key17', $buttons['doorstep-track']['url'] );
	same( array(), apply_filters( 'woocommerce_my_account_my_orders_actions', array(), new WC_Order( 18, 'pending' ) ) );
}

function test_my_account_shows_the_page_and_what_its_links_lead_to(): void {
	open_store();
	answer();
	same( PAGE, printed( fn() => do_action( 'woocommerce_account_track-order_endpoint', 't/eyJ.abc' ) ) );
	list( $path, $query ) = asked();
	same( '/embed/' . KEY . '/t/eyJ.abc', $path );
	same( '/my-account/track-order/', $query['path_prefix'] );
}

function test_no_button_without_a_connection(): void {
	open_store( false );
	same( array(), apply_filters( 'woocommerce_my_account_my_orders_actions', array(), new WC_Order( 17 ) ) );
}

function mail_of( WC_Order $order, bool $to_admin = false, bool $plain = false ): string {
	return printed( fn() => do_action( 'woocommerce_email_after_order_table', $order, $to_admin, $plain, null ) );
}

function test_the_stores_own_mails_have_the_link(): void {
	open_store();
	make_page();
	$order = new WC_Order( 17 );
	holds( false !== strpos( mail_of( $order ), 'href="https://harbor.example/track-your-order/?doorstep_order=17&#038;doorstep_key=wc_order_key17"' ), mail_of( $order ) );
	holds( false !== strpos( mail_of( $order, false, true ), 'Track your order: https://harbor.example/track-your-order/?doorstep_order=17&doorstep_key=' ), 'in text, too' );
	same( '', mail_of( $order, true ) );
	same( '', mail_of( new WC_Order( 18, 'on-hold' ) ) );
}

function test_mails_have_no_link_that_leads_nowhere(): void {
	open_store();
	$order = new WC_Order( 17 );
	same( '', mail_of( $order ) );
	$page = make_page();
	Site::$options['doorstep_settings']['mail_link'] = false;
	same( '', mail_of( $order ) );
	Site::$options['doorstep_settings']['mail_link'] = true;
	Site::$posts[ $page ]->post_status               = 'draft';
	same( '', mail_of( $order ) );
	Site::$posts[ $page ]->post_status = 'publish';
	Shop::$webhooks                    = array();
	same( '', printed( fn() => ( new Doorstep_Mails( new Doorstep_Settings(), new Doorstep_Connection() ) )->add_link( $order ) ) );
}

function test_block_shortcode_and_addresses_are_made(): void {
	open_store();
	do_action( 'init' );
	same( array( array( 'endpoint', 't', 'doorstep_token' ), array( 'shortcode', 'doorstep_tracking' ), array( 'block', 'doorstep/tracking' ) ), Site::$said );
	same( array( 'orders' => 'orders', 'track-order' => 'track-order' ), apply_filters( 'woocommerce_get_query_vars', array( 'orders' => 'orders' ) ) );
}
