<?php

/** What Doorstep would answer. */
function overview(): array {
	return array(
		'sentence'   => '1 parcel needs a look.',
		'figures'    => array( array( 'label' => 'On the way', 'count' => 12 ), array( 'label' => '<b>', 'count' => '3<script>' ) ),
		'exceptions' => array( array( 'order' => '#17', 'what' => 'Late', 'why' => 'The carrier’s own date was Monday. <i>' ) ),
		'more'       => 2,
		'flows'      => array(
			array( 'name' => 'thank_you', 'label' => 'Thank-you', 'what' => 'One mail, at once.', 'on' => false, 'doubles' => array( 'Processing order' ) ),
			array( 'name' => 'shipped', 'label' => 'Shipped', 'what' => 'One mail.', 'on' => true, 'doubles' => array() ),
		),
	);
}

function answered( array $told ): void {
	Site::$answers[] = array( 'response' => array( 'code' => 200 ), 'body' => wp_json_encode( $told ) );
}

function shown(): string {
	return printed( fn() => ( new Doorstep_Overview( new Doorstep_Connection(), new Doorstep_Store_Page( new Doorstep_Connection() ) ) )->show() );
}

function pressed( string $action, array $typed ): string {
	$_POST = array_merge( array( '_wpnonce' => wp_create_nonce( $action ) ), $typed );
	return raises( Redirected::class, fn() => do_action( "admin_post_$action" ) )->getMessage();
}

function test_figures_exceptions_and_switches_are_shown_and_escaped(): void {
	open_store();
	Site::$said = array();
	answered( overview() );
	$html = shown();
	foreach ( array( '1 parcel needs a look.', '<th scope="row">On the way</th><td>12</td>', '#17', 'Deal with these and 2 more', 'WooCommerce’s own mail says the same: Processing order.', 'Switch on<span class="screen-reader-text"> Thank-you</span>', 'Switch off<span class="screen-reader-text"> Shipped</span>' ) as $part ) {
		holds( false !== strpos( $html, $part ), "$part\n$html" );
	}
	holds( false === strpos( $html, '<b>' ) && false === strpos( $html, '<i>' ) && false === strpos( $html, '<script' ), $html );
	same( 0, strpos( Site::$said[0][0], BASE . '/embed/' . KEY . '/admin?for=overview&' ) );
}

function test_the_page_stands_without_doorstep(): void {
	open_store();
	holds( false !== strpos( shown(), 'does not answer at the moment' ), 'said' );
	answered( array( 'sentence' => 'x' ) );
	holds( false !== strpos( shown(), 'does not answer at the moment' ), 'and of half an answer' );
}

function test_a_switch_is_passed_on_signed(): void {
	open_store();
	Site::$said = array();
	answered( overview() );
	same( 'https://harbor.example/wp-admin/admin.php?page=doorstep&done=saved', pressed( Doorstep_Overview::SWITCH_FLOW, array( 'flow' => 'thank_you', 'on' => '1' ) ) );
	list( $url, $how ) = Site::$said[0];
	same( 'POST', $how['method'] );
	holds( false !== strpos( $url, '/admin/flow?for=flow&flow=thank_you&on=yes&' ), $url );
	same( 'https://harbor.example/wp-admin/admin.php?page=doorstep&done=silent', pressed( Doorstep_Overview::SWITCH_FLOW, array( 'flow' => 'thank_you' ) ) );
}

function test_only_who_may_and_pressed_our_button_is_let_in(): void {
	open_store();
	foreach ( array( Doorstep_Overview::SWITCH_FLOW, Doorstep_Overview::OPEN ) as $action ) {
		$_POST = array( '_wpnonce' => 'wrong' );
		raises( Died::class, fn() => do_action( "admin_post_$action" ) );
		Site::$may = array( 'edit_posts' );
		$_POST     = array( '_wpnonce' => wp_create_nonce( $action ) );
		raises( Died::class, fn() => do_action( "admin_post_$action" ) );
		Site::$may = array( 'manage_woocommerce' );
	}
}

function test_a_way_in_is_used_up_by_a_form_and_leads_to_our_own_doorstep_only(): void {
	open_store();
	$overview = new Doorstep_Overview( new Doorstep_Connection(), new Doorstep_Store_Page( new Doorstep_Connection() ) );
	answered( array( 'url' => BASE . '/admin/way-in/abc' ) );
	$html = $overview->way_in( 'flows' );
	holds( false !== strpos( $html, '<form method="post" action="' . BASE . '/admin/way-in/abc">' ), $html );
	foreach ( array( 'https://evil.example/admin/way-in/abc', BASE . '.evil.example/admin/way-in/abc', 'javascript:alert(1)' ) as $url ) {
		answered( array( 'url' => $url ) );
		same( '', $overview->way_in( 'flows' ) );
	}
	same( 'https://harbor.example/wp-admin/admin.php?page=doorstep&done=silent', pressed( Doorstep_Overview::OPEN, array( 'page_name' => 'flows' ) ) );
}
