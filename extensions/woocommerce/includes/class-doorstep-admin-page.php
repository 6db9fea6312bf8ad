<?php
/**
 * The merchant's page: WooCommerce → Doorstep.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

/**
 * Shows how the connection stands, and takes the merchant's choices.
 */
final class Doorstep_Admin_Page {

	const SLUG = 'doorstep';
	const MAY  = 'manage_woocommerce';

	/**
	 * The merchant's choices.
	 *
	 * @var Doorstep_Settings
	 */
	private $settings;

	/**
	 * Whom the store is connected to.
	 *
	 * @var Doorstep_Connection
	 */
	private $connection;

	/**
	 * What Doorstep knows.
	 *
	 * @var Doorstep_Overview
	 */
	private $overview;

	/**
	 * Take what is needed.
	 *
	 * @param Doorstep_Settings   $settings   The merchant's choices.
	 * @param Doorstep_Connection $connection Whom the store is connected to.
	 * @param Doorstep_Overview   $overview   What Doorstep knows.
	 */
	public function __construct( Doorstep_Settings $settings, Doorstep_Connection $connection, Doorstep_Overview $overview ) {
		$this->settings   = $settings;
		$this->connection = $connection;
		$this->overview   = $overview;
	}

	/**
	 * Listen.
	 */
	public function listen(): void {
		add_action( 'admin_menu', array( $this, 'add' ), 60 );
		add_filter( 'plugin_action_links_' . plugin_basename( DOORSTEP_FILE ), array( $this, 'add_link' ) );
	}

	/**
	 * Add the page to WooCommerce's menu.
	 */
	public function add(): void {
		add_submenu_page( 'woocommerce', 'Doorstep', 'Doorstep', self::MAY, self::SLUG, array( $this, 'show' ) );
	}

	/**
	 * Lead to the page from the list of plug-ins.
	 *
	 * @param string[] $links The others.
	 * @return string[]
	 */
	public function add_link( $links ): array {
		$ours = '<a href="' . esc_url( self::url() ) . '">' . esc_html__( 'Settings', 'doorstep-for-woocommerce' ) . '</a>';
		return array_merge( array( $ours ), (array) $links );
	}

	/**
	 * Return the page's address.
	 *
	 * @param string $done What has just been done; empty for nothing.
	 */
	public static function url( string $done = '' ): string {
		$url = admin_url( 'admin.php?page=' . self::SLUG );
		return '' === $done ? $url : add_query_arg( 'done', $done, $url );
	}

	/**
	 * Print the page.
	 */
	public function show(): void {
		if ( ! current_user_can( self::MAY ) ) {
			return;
		}
		echo '<div class="wrap"><h1>Doorstep</h1>';
		$this->say_done();
		if ( $this->connection->is_there() ) {
			$this->show_host();
			$this->overview->show();
			$this->show_connection();
			$this->show_choices();
			$this->show_way_out();
		} else {
			$this->show_way_in();
		}
		echo '</div>';
	}

	/**
	 * Say what has just been done.
	 */
	private function say_done(): void {
		// phpcs:ignore WordPress.Security.NonceVerification -- picks one of our own sentences.
		$done = isset( $_GET['done'] ) ? sanitize_key( wp_unslash( $_GET['done'] ) ) : '';
		$says = array(
			'silent'    => array( 'error', __( 'Doorstep did not answer. Nothing was changed; try again in a minute.', 'doorstep-for-woocommerce' ) ),
			'saved'     => array( 'success', __( 'Saved.', 'doorstep-for-woocommerce' ) ),
			'made'      => array( 'success', __( 'The page is there. Add it to your menu, so that shoppers find it.', 'doorstep-for-woocommerce' ) ),
			'address'   => array( 'error', __( 'This is not an address. It looks like https://doorstep.example.com', 'doorstep-for-woocommerce' ) ),
			'ended'     => array( 'success', __( 'Disconnected: Doorstep is told nothing more, and its keys are gone.', 'doorstep-for-woocommerce' ) ),
			'ended-but' => array( 'warning', __( 'Disconnected: Doorstep is told nothing more. If you made its keys by hand, delete them under WooCommerce → Settings → Advanced → REST API, or it will connect itself again.', 'doorstep-for-woocommerce' ) ),
		);
		if ( isset( $says[ $done ] ) ) {
			echo '<div class="notice notice-' . esc_attr( $says[ $done ][0] ) . '"><p>' . esc_html( $says[ $done ][1] ) . '</p></div>';
		}
	}

	/**
	 * Print what a store that is not connected is offered.
	 */
	private function show_way_in(): void {
		echo '<p>' . esc_html__( 'This store is connected to no Doorstep. Nothing is sent to anybody.', 'doorstep-for-woocommerce' ) . '</p>';
		echo '<p>' . esc_html__( 'Doorstep runs on a server of yours, or of whoever you trust with your orders. Enter its address; it then asks you, on a page of this store, for keys to your orders, products and customers. From then on this store tells it of them, and of carts whose shopper has given an e-mail address.', 'doorstep-for-woocommerce' ) . '</p>';
		$this->open_form( Doorstep_Admin_Actions::CONNECT );
		echo '<table class="form-table" role="presentation"><tr><th scope="row"><label for="doorstep-address">' . esc_html__( 'Address of your Doorstep', 'doorstep-for-woocommerce' ) . '</label></th><td>';
		echo '<input type="url" class="regular-text code" id="doorstep-address" name="address" required placeholder="https://doorstep.example.com" value="' . esc_attr( (string) $this->settings->get( 'address' ) ) . '"></td></tr></table>';
		$this->close_form( __( 'Connect', 'doorstep-for-woocommerce' ) );
	}

	/**
	 * Print whom the store is connected to, and the way there.
	 */
	private function show_host(): void {
		$host = (string) wp_parse_url( $this->connection->base(), PHP_URL_HOST );
		/* translators: %s: host name of a Doorstep. */
		echo '<p>' . sprintf( esc_html__( 'Connected to %s.', 'doorstep-for-woocommerce' ), '<strong>' . esc_html( $host ) . '</strong>' ) . ' ';
		Doorstep_Overview::print_way_in( 'shipments', __( 'Open Doorstep', 'doorstep-for-woocommerce' ) );
		echo '</p>';
	}

	/**
	 * Print how the connection stands.
	 */
	private function show_connection(): void {
		echo '<h2>' . esc_html__( 'What is told', 'doorstep-for-woocommerce' ) . '</h2><table class="widefat striped" style="max-width:40em"><thead><tr><th scope="col">' . esc_html__( 'Webhook', 'doorstep-for-woocommerce' ) . '</th><th scope="col">' . esc_html__( 'Status', 'doorstep-for-woocommerce' ) . '</th></tr></thead><tbody>';
		$statuses = wc_get_webhook_statuses();
		$topics   = $this->connection->topics();
		foreach ( $topics as $topic => $status ) {
			echo '<tr><td><code>' . esc_html( $topic ) . '</code></td><td>' . esc_html( $statuses[ $status ] ?? $status ) . '</td></tr>';
		}
		echo '</tbody></table>';
		if ( in_array( 'disabled', $topics, true ) ) {
			echo '<p>' . esc_html__( 'A disabled webhook failed seven times in a row. Doorstep switches it on again within a quarter of an hour, once it can be reached.', 'doorstep-for-woocommerce' ) . '</p>';
		}
		if ( ! isset( $topics['cart.updated'] ) ) {
			echo '<p>' . esc_html__( 'Carts are not told of yet: Doorstep adds them within a quarter of an hour.', 'doorstep-for-woocommerce' ) . '</p>';
		}
	}

	/**
	 * Print the choices.
	 */
	private function show_choices(): void {
		$page = (int) $this->settings->get( 'page' );
		echo '<h2>' . esc_html__( 'Tracking page', 'doorstep-for-woocommerce' ) . '</h2>';
		if ( '' === $this->settings->page_url() ) {
			echo '<p>' . esc_html__( 'No page shows tracking yet, so the store’s own mails have no link to it. Make one here, or put the block “Order tracking” or the shortcode [doorstep_tracking] on a page of yours and choose it below.', 'doorstep-for-woocommerce' ) . '</p>';
			$this->open_form( Doorstep_Admin_Actions::MAKE_PAGE );
			$this->close_form( __( 'Make the page', 'doorstep-for-woocommerce' ), 'secondary' );
		}
		$this->open_form( Doorstep_Admin_Actions::SAVE );
		echo '<table class="form-table" role="presentation"><tr><th scope="row"><label for="doorstep-page">' . esc_html__( 'Page', 'doorstep-for-woocommerce' ) . '</label></th><td>';
		wp_dropdown_pages(
			array(
				'name'              => 'page',
				'id'                => 'doorstep-page',
				'selected'          => absint( $page ),
				'show_option_none'  => esc_html__( '— none —', 'doorstep-for-woocommerce' ),
				'option_none_value' => '0',
			)
		);
		echo '</td></tr>';
		$this->box( 'mail_link', __( 'Mails', 'doorstep-for-woocommerce' ), __( 'Link to the order’s page in the store’s own mails', 'doorstep-for-woocommerce' ) );
		$this->box( 'carts', __( 'Carts', 'doorstep-for-woocommerce' ), __( 'Tell Doorstep of carts whose shopper has given an e-mail address. The checkout says so, and lets the shopper decline.', 'doorstep-for-woocommerce' ) );
		$this->box( 'back_in_stock', __( 'Back in stock', 'doorstep-for-woocommerce' ), __( 'Offer, on the page of a product that is sold out, to hear once when it is back', 'doorstep-for-woocommerce' ) );
		$this->box( 'newsletter', __( 'News', 'doorstep-for-woocommerce' ), __( 'Offer an empty box for news and offers at the checkout', 'doorstep-for-woocommerce' ) );
		echo '<tr><th scope="row"><label for="doorstep-newsletter-text">' . esc_html__( 'Sentence beside that box', 'doorstep-for-woocommerce' ) . '</label></th><td><textarea id="doorstep-newsletter-text" name="newsletter_text" class="large-text" rows="2" placeholder="' . esc_attr( $this->settings->newsletter_text() ) . '">' . esc_textarea( (string) $this->settings->get( 'newsletter_text' ) ) . '</textarea><p class="description">' . esc_html__( 'Kept with every yes, as proof of what was agreed to.', 'doorstep-for-woocommerce' ) . '</p></td></tr></table>';
		$this->close_form( __( 'Save', 'doorstep-for-woocommerce' ) );
	}

	/**
	 * Print the way out.
	 */
	private function show_way_out(): void {
		echo '<h2>' . esc_html__( 'Disconnect', 'doorstep-for-woocommerce' ) . '</h2><p>' . esc_html__( 'Deletes Doorstep’s webhooks and keys here. What it already knows stays there until you erase it there.', 'doorstep-for-woocommerce' ) . '</p>';
		$this->open_form( Doorstep_Admin_Actions::DISCONNECT );
		$this->close_form( __( 'Disconnect', 'doorstep-for-woocommerce' ), 'secondary' );
	}

	/**
	 * Print one box.
	 *
	 * @param string $name  Which choice.
	 * @param string $about What it is about.
	 * @param string $says  What it says.
	 */
	private function box( string $name, string $about, string $says ): void {
		echo '<tr><th scope="row">' . esc_html( $about ) . '</th><td><label><input type="checkbox" name="' . esc_attr( $name ) . '" value="1"' . checked( (bool) $this->settings->get( $name ), true, false ) . '> ' . esc_html( $says ) . '</label></td></tr>';
	}

	/**
	 * Open a form.
	 *
	 * @param string $action What it does.
	 */
	private function open_form( string $action ): void {
		echo '<form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '"><input type="hidden" name="action" value="' . esc_attr( $action ) . '">';
		wp_nonce_field( $action );
	}

	/**
	 * Close a form with its button.
	 *
	 * @param string $says What the button says.
	 * @param string $kind The button's look.
	 */
	private function close_form( string $says, string $kind = 'primary' ): void {
		submit_button( $says, $kind, 'submit', true, array( 'id' => sanitize_title( 'doorstep-' . $says ) ) );
		echo '</form>';
	}
}
