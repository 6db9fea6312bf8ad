<?php

function page(): string {
	return printed( fn() => ( new Doorstep_Admin_Page( new Doorstep_Settings(), new Doorstep_Connection(), new Doorstep_Overview( new Doorstep_Connection(), new Doorstep_Store_Page( new Doorstep_Connection() ) ) ) )->show() );
}

function press( string $action, array $typed = array() ): string {
	$_POST = array_merge( array( '_wpnonce' => wp_create_nonce( $action ) ), $typed );
	return raises( Redirected::class, fn() => do_action( "admin_post_$action" ) )->getMessage();
}

const HOME = 'https://harbor.example/wp-admin/admin.php?page=doorstep';

function test_a_store_that_is_not_connected_is_offered_the_way_in_only(): void {
	open_store( false );
	$html = page();
	holds( false !== strpos( $html, 'Nothing is sent to anybody.' ), $html );
	same( 1, substr_count( $html, '<form' ) );
}

function test_connecting_leads_to_the_merchants_own_doorstep(): void {
	open_store( false );
	same( 'https://doorstep.example/app/connect/woocommerce?store=https%3A%2F%2Fharbor.example', press( 'doorstep_connect', array( 'address' => ' https://doorstep.example/app/ ' ) ) );
	holds( false !== strpos( page(), 'value="https://doorstep.example/app"' ), 'it is remembered' );
	foreach ( array( '', 'doorstep.example', 'http://doorstep.example', 'javascript:alert(1)', 'https://doorstep.example/?a=b' ) as $typed ) {
		same( HOME . '&done=address', press( 'doorstep_connect', array( 'address' => $typed ) ) );
	}
	same( array(), Site::$said );
}

function test_whoever_may_not_or_did_not_press_is_stopped(): void {
	open_store();
	foreach ( array( 'connect', 'save', 'make_page', 'disconnect' ) as $action ) {
		$_POST = array( '_wpnonce' => 'wrong' );
		raises( Died::class, fn() => do_action( "admin_post_doorstep_$action" ) );
		Site::$may = array( 'edit_posts' );
		$_POST     = array( '_wpnonce' => wp_create_nonce( "doorstep_$action" ) );
		raises( Died::class, fn() => do_action( "admin_post_doorstep_$action" ) );
		Site::$may = array( 'manage_woocommerce' );
	}
	same( 4, count( Shop::$webhooks ) );
	same( array(), Site::$options );
	Site::$may = array();
	same( '', page() );
}

function test_the_page_says_what_is_told_and_how_it_stands(): void {
	open_store();
	Shop::$webhooks[39]->status = 'disabled';
	$html                       = page();
	holds( false !== strpos( $html, 'Connected to <strong>doorstep.example</strong>.' ), $html );
	holds( false !== strpos( $html, '<code>cart.updated</code></td><td>Disabled' ), $html );
	holds( false !== strpos( $html, 'failed seven times in a row' ), $html );
	unset( Shop::$webhooks[39] );
	holds( false !== strpos( page(), 'Carts are not told of yet' ), 'and what is not told' );
}

function test_webhooks_of_others_are_no_connection(): void {
	open_store( false );
	new WC_Webhook( 1, 'Books', 'order.updated', 'https://books.example/webhooks/woocommerce/shop-key-of-24-characters', 'x' );
	new WC_Webhook( 2, 'Doorstep order.updated', 'order.updated', 'https://books.example/hook', 'x' );
	holds( ! ( new Doorstep_Connection() )->is_there(), 'neither name nor address alone is enough' );
}

function test_the_page_for_tracking_is_made_once(): void {
	open_store();
	same( HOME . '&done=made', press( 'doorstep_make_page' ) );
	same( HOME . '&done=made', press( 'doorstep_make_page' ) );
	same( 1, count( Site::$posts ) );
	same( 'https://harbor.example/track-your-order/', ( new Doorstep_Settings() )->page_url() );
	holds( false === strpos( page(), 'Make the page' ), 'and not offered again' );
}

function test_choices_are_kept(): void {
	open_store();
	press( 'doorstep_make_page' );
	same( HOME . '&done=saved', press( 'doorstep_save', array( 'page' => '7', 'newsletter' => '1', 'newsletter_text' => "News,\nplease.<b>" ) ) );
	$kept = new Doorstep_Settings();
	same( array( 7, false, false, true, 'News, please.' ), array_map( array( $kept, 'get' ), array( 'page', 'mail_link', 'carts', 'newsletter', 'newsletter_text' ) ) );
	same( 7, $kept->get( 'made_page' ) );
}

function test_disconnecting_takes_webhooks_and_keys_away_and_leaves_others(): void {
	open_store();
	new WC_Webhook( 1, 'Books', 'order.updated', 'https://books.example/hook', 'x' );
	$GLOBALS['wpdb']->tables['wp_woocommerce_api_keys'] = array( array( 'description' => 'Doorstep - API (2026-11-26 01:00:00)' ), array( 'description' => 'Books - API' ) );
	same( HOME . '&done=ended', press( 'doorstep_disconnect' ) );
	same( array( 1 ), array_keys( Shop::$webhooks ) );
	same( array( 'Books - API' ), array_column( $GLOBALS['wpdb']->tables['wp_woocommerce_api_keys'], 'description' ) );
	same( HOME . '&done=ended-but', press( 'doorstep_disconnect' ) );
	$_GET = array( 'done' => 'ended-but' );
	holds( false !== strpos( page(), 'delete them under WooCommerce' ), 'keys made by hand are named' );
}

function test_all_that_is_printed_is_escaped(): void {
	Site::$options['doorstep_settings'] = array( 'address' => '"><script>', 'newsletter_text' => '</textarea><script>' );
	open_store( false );
	holds( false === strpos( page(), '<script' ), page() );
	connect();
	holds( false === strpos( page(), '<script' ), page() );
}
