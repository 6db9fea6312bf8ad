<?php
/**
 * What Doorstep knows, on the merchant's page: figures, what needs a look, and the switches of its flows.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * Asks Doorstep with a signed query each time the page is opened; nothing of it is kept in the store. Editors are on
 * Doorstep's own pages, and open in a new tab by a way in that is good once, for a minute.
 */
final class Doorstep_Overview {

	const SWITCH_FLOW = 'doorstep_switch_flow';
	const OPEN        = 'doorstep_open';

	/**
	 * Whom the store is connected to.
	 *
	 * @var Doorstep_Connection
	 */
	private $connection;

	/**
	 * What asks Doorstep.
	 *
	 * @var Doorstep_Store_Page
	 */
	private $page;

	/**
	 * Take what is needed.
	 *
	 * @param Doorstep_Connection $connection Whom the store is connected to.
	 * @param Doorstep_Store_Page $page       What asks Doorstep.
	 */
	public function __construct( Doorstep_Connection $connection, Doorstep_Store_Page $page ) {
		$this->connection = $connection;
		$this->page       = $page;
	}

	/**
	 * Listen.
	 */
	public function listen(): void {
		add_action( 'admin_post_' . self::SWITCH_FLOW, array( $this, 'switch_flow' ) );
		add_action( 'admin_post_' . self::OPEN, array( $this, 'open' ) );
	}

	/**
	 * Print all of it; a sentence where Doorstep does not answer.
	 */
	public function show(): void {
		$told = $this->page->talk( 'admin', array( 'for' => 'overview' ) );
		if ( ! isset( $told['sentence'], $told['figures'], $told['exceptions'], $told['flows'] ) ) {
			echo '<div class="notice notice-warning inline"><p>' . esc_html__( 'Doorstep does not answer at the moment. Look again in a minute; what happens meanwhile is not lost.', 'doorstep-for-woocommerce' ) . '</p></div>';
			return;
		}
		echo '<p><strong>' . esc_html( (string) $told['sentence'] ) . '</strong></p>';
		$this->show_figures( (array) $told['figures'] );
		$this->show_exceptions( (array) $told['exceptions'], (int) ( $told['more'] ?? 0 ) );
		$this->show_flows( (array) $told['flows'] );
	}

	/**
	 * Print a button that opens a page of Doorstep's in a new tab.
	 *
	 * @param string $page Which.
	 * @param string $says What the button says.
	 */
	public static function print_way_in( string $page, string $says ): void {
		self::open_form( self::OPEN, ' target="_blank" style="display:inline"' );
		echo '<input type="hidden" name="page_name" value="' . esc_attr( $page ) . '"><button class="button">' . esc_html( $says ) . '<span class="screen-reader-text"> ' . esc_html__( '(new tab)', 'doorstep-for-woocommerce' ) . '</span></button></form>';
	}

	/**
	 * Switch a flow on or off.
	 */
	public function switch_flow(): void {
		self::check( self::SWITCH_FLOW );
		// phpcs:disable WordPress.Security.NonceVerification -- checked above.
		$said = array(
			'for'  => 'flow',
			'flow' => isset( $_POST['flow'] ) && is_string( $_POST['flow'] ) ? sanitize_key( wp_unslash( $_POST['flow'] ) ) : '',
			'on'   => isset( $_POST['on'] ) ? 'yes' : 'no',
		);
		// phpcs:enable
		$told = $this->page->talk( 'admin/flow', $said, array() );
		wp_redirect( Doorstep_Admin_Page::url( isset( $told['flows'] ) ? 'saved' : 'silent' ) ); // phpcs:ignore WordPress.Security.SafeRedirect.wp_redirect_wp_redirect -- to our own page.
		exit;
	}

	/**
	 * Send the merchant into Doorstep.
	 */
	public function open(): void {
		self::check( self::OPEN );
		$name = isset( $_POST['page_name'] ) && is_string( $_POST['page_name'] ) ? sanitize_key( wp_unslash( $_POST['page_name'] ) ) : ''; // phpcs:ignore WordPress.Security.NonceVerification -- checked above.
		$html = $this->way_in( $name );
		if ( '' === $html ) {
			wp_redirect( Doorstep_Admin_Page::url( 'silent' ) ); // phpcs:ignore WordPress.Security.SafeRedirect.wp_redirect_wp_redirect -- to our own page.
			exit;
		}
		nocache_headers();
		echo $html; // phpcs:ignore WordPress.Security.EscapeOutput -- escaped where it is put together.
		exit;
	}

	/**
	 * Return a page that uses a way in up at once: by POST, as what is only looked at must change nothing. Empty
	 * where Doorstep gives none.
	 *
	 * @param string $name Which of Doorstep's pages.
	 */
	public function way_in( string $name ): string {
		$said = array(
			'for'  => 'way-in',
			'page' => $name,
			'who'  => (string) get_current_user_id(),
		);
		$told = $this->page->talk( 'admin/way-in', $said, array() );
		$url  = is_string( $told['url'] ?? null ) ? $told['url'] : '';
		if ( 0 !== strpos( $url, $this->connection->base() . '/admin/way-in/' ) ) {
			return '';
		}
		return '<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Doorstep</title><form method="post" action="' . esc_url( $url ) . '"><button>' . esc_html__( 'Open Doorstep', 'doorstep-for-woocommerce' ) . '</button></form><script>document.forms[0].submit()</script>';
	}

	/**
	 * Print the figures.
	 *
	 * @param array<int, mixed> $figures Each a label and a count.
	 */
	private function show_figures( array $figures ): void {
		echo '<table class="widefat striped" style="max-width:40em"><caption class="screen-reader-text">' . esc_html__( 'Figures', 'doorstep-for-woocommerce' ) . '</caption><tbody>';
		foreach ( $figures as $figure ) {
			echo '<tr><th scope="row">' . esc_html( (string) ( $figure['label'] ?? '' ) ) . '</th><td>' . esc_html( (string) (int) ( $figure['count'] ?? 0 ) ) . '</td></tr>';
		}
		echo '</tbody></table>';
	}

	/**
	 * Print what needs a look.
	 *
	 * @param array<int, mixed> $exceptions Each an order, what is wrong, and why.
	 * @param int               $more       How many are not listed.
	 */
	private function show_exceptions( array $exceptions, int $more ): void {
		if ( ! $exceptions ) {
			return;
		}
		echo '<h2>' . esc_html__( 'Needs a look', 'doorstep-for-woocommerce' ) . '</h2><table class="widefat striped" style="max-width:60em"><thead><tr><th scope="col">' . esc_html__( 'Order', 'doorstep-for-woocommerce' ) . '</th><th scope="col">' . esc_html__( 'What is wrong', 'doorstep-for-woocommerce' ) . '</th></tr></thead><tbody>';
		foreach ( $exceptions as $one ) {
			echo '<tr><th scope="row">' . esc_html( (string) ( $one['order'] ?? '' ) ) . '</th><td><strong>' . esc_html( (string) ( $one['what'] ?? '' ) ) . '</strong><br>' . esc_html( (string) ( $one['why'] ?? '' ) ) . '</td></tr>';
		}
		echo '</tbody></table><p>';
		/* translators: %s: a number. */
		self::print_way_in( 'exceptions', $more ? sprintf( __( 'Deal with these and %s more', 'doorstep-for-woocommerce' ), $more ) : __( 'Deal with these', 'doorstep-for-woocommerce' ) );
		echo '</p>';
	}

	/**
	 * Print the flows with their switches.
	 *
	 * @param array<int, mixed> $flows Each a name, a label, what it does, whether it is on, and which mails it doubles.
	 */
	private function show_flows( array $flows ): void {
		echo '<h2>' . esc_html__( 'What shoppers are told', 'doorstep-for-woocommerce' ) . '</h2><table class="widefat striped" style="max-width:60em"><thead><tr><th scope="col">' . esc_html__( 'Message', 'doorstep-for-woocommerce' ) . '</th><th scope="col">' . esc_html__( 'Now', 'doorstep-for-woocommerce' ) . '</th><th scope="col"><span class="screen-reader-text">' . esc_html__( 'Switch', 'doorstep-for-woocommerce' ) . '</span></th></tr></thead><tbody>';
		foreach ( $flows as $flow ) {
			$label   = (string) ( $flow['label'] ?? '' );
			$is_on   = ! empty( $flow['on'] );
			$doubles = implode( ', ', array_map( 'strval', (array) ( $flow['doubles'] ?? array() ) ) );
			echo '<tr><th scope="row">' . esc_html( $label ) . '<br><span style="font-weight:normal">' . esc_html( (string) ( $flow['what'] ?? '' ) );
			if ( '' !== $doubles ) {
				/* translators: %s: names of mails that WooCommerce sends. */
				echo ' ' . esc_html( sprintf( __( 'WooCommerce’s own mail says the same: %s.', 'doorstep-for-woocommerce' ), $doubles ) );
			}
			echo '</span></th><td>' . ( $is_on ? esc_html__( 'On', 'doorstep-for-woocommerce' ) : esc_html__( 'Off', 'doorstep-for-woocommerce' ) ) . '</td><td>';
			self::open_form( self::SWITCH_FLOW );
			echo '<input type="hidden" name="flow" value="' . esc_attr( (string) ( $flow['name'] ?? '' ) ) . '">' . ( $is_on ? '' : '<input type="hidden" name="on" value="1">' );
			echo '<button class="button">' . ( $is_on ? esc_html__( 'Switch off', 'doorstep-for-woocommerce' ) : esc_html__( 'Switch on', 'doorstep-for-woocommerce' ) ) . '<span class="screen-reader-text"> ' . esc_html( $label ) . '</span></button></form></td></tr>';
		}
		echo '</tbody></table><p>';
		self::print_way_in( 'flows', __( 'Change what they say', 'doorstep-for-woocommerce' ) );
		echo '</p>';
	}

	/**
	 * Open a form.
	 *
	 * @param string $action What it does.
	 * @param string $more   More attributes, as HTML.
	 */
	private static function open_form( string $action, string $more = '' ): void {
		echo '<form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '"' . $more . '><input type="hidden" name="action" value="' . esc_attr( $action ) . '">'; // phpcs:ignore WordPress.Security.EscapeOutput -- our own attributes.
		wp_nonce_field( $action );
	}

	/**
	 * Stop whoever may not, or did not press our button.
	 *
	 * @param string $action Which.
	 */
	private static function check( string $action ): void {
		if ( ! current_user_can( Doorstep_Admin_Page::MAY ) ) {
			wp_die( esc_html__( 'You may not do this.', 'doorstep-for-woocommerce' ), '', 403 );
		}
		check_admin_referer( $action );
	}
}
