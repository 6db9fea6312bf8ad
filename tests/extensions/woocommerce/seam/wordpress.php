<?php
/**
 * As much of WordPress as the plug-in stands on, with WordPress's own names, parameters and answers; what is not
 * here, the plug-in may not call. https://developer.wordpress.org/reference/
 */

define( 'ABSPATH', __DIR__ . '/' );
define( 'EP_PAGES', 4096 );

/** What a test looks at from outside. */
final class Site {
	public static array $options = array();
	public static array $hooks   = array();
	public static array $posts   = array();
	public static array $users   = array();
	public static array $known   = array();
	public static array $query   = array();
	public static array $said    = array();
	public static array $answers = array();
	public static array $may     = array( 'manage_woocommerce' );
	public static int $page      = 0;
}

final class Redirected extends Exception {}
final class Died extends Exception {}
final class Answered extends Exception {}

class WP_Error {}

class WP_Post {
	public int $ID = 0;
	public string $post_content = '';
	public string $post_title   = '';
	public string $post_status  = 'publish';
	public string $post_name    = '';
}

class WP_User {
	public int $ID = 0;
	public string $user_email = '';
}

function add_filter( string $hook_name, callable $callback, int $priority = 10, int $accepted_args = 1 ): bool {
	Site::$hooks[ $hook_name ][ $priority ][] = array( $callback, $accepted_args );
	ksort( Site::$hooks[ $hook_name ] );
	return true;
}

function add_action( string $hook_name, callable $callback, int $priority = 10, int $accepted_args = 1 ): bool {
	return add_filter( $hook_name, $callback, $priority, $accepted_args );
}

function apply_filters( string $hook_name, $value, ...$args ) {
	foreach ( Site::$hooks[ $hook_name ] ?? array() as $callbacks ) {
		foreach ( $callbacks as list( $callback, $accepted ) ) {
			$value = $callback( ...array_slice( array( $value, ...$args ), 0, $accepted ) );
		}
	}
	return $value;
}

function do_action( string $hook_name, ...$arg ): void {
	foreach ( Site::$hooks[ $hook_name ] ?? array() as $callbacks ) {
		foreach ( $callbacks as list( $callback, $accepted ) ) {
			$callback( ...array_slice( $arg ? $arg : array( '' ), 0, $accepted ) );
		}
	}
}

function has_action( string $hook_name, $callback = false ) {
	return ! empty( Site::$hooks[ $hook_name ] );
}

function get_option( string $option, $default_value = false ) {
	return Site::$options[ $option ] ?? $default_value;
}

function update_option( string $option, $value, $autoload = null ): bool {
	Site::$options[ $option ] = $value;
	return true;
}

function delete_option( string $option ): bool {
	unset( Site::$options[ $option ] );
	return true;
}

function __( string $text, string $domain = 'default' ): string {
	$domain === 'doorstep-for-woocommerce' || throw new LogicException( "another text domain: $domain" );
	return $text;
}

function esc_html__( string $text, string $domain = 'default' ): string {
	return esc_html( __( $text, $domain ) );
}

function esc_html( string $text ): string {
	return htmlspecialchars( $text, ENT_QUOTES, 'UTF-8', false );
}

function esc_attr( string $text ): string {
	return esc_html( $text );
}

function esc_textarea( string $text ): string {
	return htmlspecialchars( $text, ENT_QUOTES );
}

function esc_url_raw( string $url, ?array $protocols = null ): string {
	$scheme = parse_url( $url, PHP_URL_SCHEME );
	$is_fine = in_array( $scheme, $protocols ?? array( 'http', 'https' ), true ) || ( null === $scheme && 0 === strpos( $url, '/' ) );
	return '' !== $url && $is_fine ? str_replace( array( '"', "'", '<', '>', ' ' ), '', $url ) : '';
}

function esc_url( string $url, ?array $protocols = null ): string {
	return str_replace( array( '&', "'" ), array( '&#038;', '&#039;' ), esc_url_raw( $url, $protocols ) );
}

function wp_kses_post( string $data ): string {
	return preg_replace( '#<script.*?</script>#si', '', $data );
}

function sanitize_text_field( string $str ): string {
	return trim( preg_replace( '/[\r\n\t ]+/', ' ', strip_tags( $str ) ) );
}

function sanitize_key( string $key ): string {
	return preg_replace( '/[^a-z0-9_\-]/', '', strtolower( $key ) );
}

function sanitize_title( string $title ): string {
	return trim( preg_replace( '/[^a-z0-9]+/', '-', strtolower( $title ) ), '-' );
}

function sanitize_email( string $email ): string {
	return is_email( $email ) ? $email : '';
}

function is_email( string $email ) {
	return filter_var( $email, FILTER_VALIDATE_EMAIL );
}

function wp_unslash( $value ) {
	return is_string( $value ) ? stripslashes( $value ) : $value;
}

function absint( $maybeint ): int {
	return abs( (int) $maybeint );
}

function wp_json_encode( $data, int $flags = 0, int $depth = 512 ) {
	return json_encode( $data, $flags, $depth );
}

function wp_hash( string $data, string $scheme = 'auth' ): string {
	return hash_hmac( 'md5', $data, 'salt of the test' );
}

function wp_parse_url( string $url, int $component = -1 ) {
	return parse_url( $url, $component );
}

function wp_parse_str( string $input_string, &$result ): void {
	parse_str( $input_string, $result );
}

function wp_specialchars_decode( string $text, $quote_style = ENT_NOQUOTES ): string {
	return htmlspecialchars_decode( $text, $quote_style );
}

function add_query_arg( ...$args ): string {
	list( $said, $url ) = is_array( $args[0] ) ? $args : array( array( $args[0] => $args[1] ), $args[2] );
	return $url . ( false === strpos( $url, '?' ) ? '?' : '&' ) . http_build_query( $said );
}

function untrailingslashit( string $value ): string {
	return rtrim( $value, '/\\' );
}

function home_url( string $path = '', ?string $scheme = null ): string {
	return 'https://harbor.example' . $path;
}

function admin_url( string $path = '', string $scheme = 'admin' ): string {
	return 'https://harbor.example/wp-admin/' . $path;
}

function plugins_url( string $path = '', string $plugin = '' ): string {
	return 'https://harbor.example/wp-content/plugins/doorstep-for-woocommerce/' . $path;
}

function plugin_basename( string $file ): string {
	return 'doorstep-for-woocommerce/' . basename( $file );
}

function get_bloginfo( string $show = '', string $filter = 'raw' ): string {
	return 'Harbor &amp; Sons';
}

function get_locale(): string {
	return 'de_DE';
}

function get_post( $post = null, string $output = 'OBJECT', string $filter = 'raw' ) {
	return Site::$posts[ (int) $post ] ?? null;
}

function get_post_status( $post = null ) {
	return isset( Site::$posts[ (int) $post ] ) ? Site::$posts[ (int) $post ]->post_status : false;
}

function get_permalink( $post = 0, bool $leavename = false ) {
	$found = Site::$posts[ $post ? (int) $post : Site::$page ] ?? null;
	return $found ? home_url( '/' . $found->post_name . '/' ) : false;
}

function wp_insert_post( array $postarr, bool $wp_error = false, bool $fire_after_hooks = true ): int {
	$post               = new WP_Post();
	$post->ID           = count( Site::$posts ) + 7;
	$post->post_content = $postarr['post_content'];
	$post->post_title   = $postarr['post_title'];
	$post->post_status  = $postarr['post_status'];
	$post->post_name    = sanitize_title( $postarr['post_title'] );

	Site::$posts[ $post->ID ] = $post;
	return $post->ID;
}

function wp_delete_post( int $postid = 0, bool $force_delete = false ) {
	unset( Site::$posts[ $postid ] );
}

function get_query_var( string $query_var, $default_value = '' ) {
	return Site::$query[ $query_var ] ?? $default_value;
}

function get_userdata( int $user_id ) {
	return get_user_by( 'id', $user_id );
}

function get_user_by( string $field, $value ) {
	foreach ( Site::$users as $user ) {
		if ( $value === ( 'email' === $field ? $user->user_email : $user->ID ) ) {
			return $user;
		}
	}
	return false;
}

function current_user_can( string $capability, ...$args ): bool {
	return in_array( $capability, Site::$may, true );
}

function get_current_user_id(): int {
	return 3;
}

function get_user_meta( int $user_id, string $key = '', bool $single = false ) {
	return Site::$known[ $user_id ][ $key ] ?? ( $single ? '' : array() );
}

function wp_create_nonce( $action = -1 ): string {
	return substr( wp_hash( 'nonce ' . $action ), 0, 10 );
}

function check_admin_referer( $action = -1, string $query_arg = '_wpnonce' ) {
	( $_POST[ $query_arg ] ?? '' ) === wp_create_nonce( $action ) || throw new Died( 'nonce' );
	return 1;
}

function check_ajax_referer( $action = -1, $query_arg = false, bool $stop = true ) {
	( $_POST['_ajax_nonce'] ?? '' ) === wp_create_nonce( $action ) || throw new Died( 'nonce' );
	return 1;
}

function wp_nonce_field( $action = -1, string $name = '_wpnonce', bool $referer = true, bool $display = true ): string {
	echo '<input type="hidden" name="' . $name . '" value="' . wp_create_nonce( $action ) . '">';
	return '';
}

function wp_die( $message = '', $title = '', $args = array() ): void {
	throw new Died( (string) $message );
}

function wp_redirect( string $location, int $status = 302 ): bool {
	throw new Redirected( $location );
}

function wp_send_json( $response, ?int $status_code = null, int $flags = 0 ): void {
	throw new Answered( wp_json_encode( $response ) );
}

function wp_send_json_success( $value = null, ?int $status_code = null ): void {
	throw new Answered( 'success' );
}

function wp_safe_remote_request( string $url, array $args = array() ) {
	Site::$said[] = array( $url, $args );
	return array_shift( Site::$answers ) ?? new WP_Error();
}

function is_wp_error( $thing ): bool {
	return $thing instanceof WP_Error;
}

function wp_remote_retrieve_body( $response ): string {
	return is_array( $response ) ? $response['body'] : '';
}

function wp_remote_retrieve_response_code( $response ) {
	return is_array( $response ) ? $response['response']['code'] : '';
}

function maybe_serialize( $data ) {
	return is_array( $data ) || is_object( $data ) ? serialize( $data ) : $data;
}

function maybe_unserialize( $data ) {
	if ( ! is_string( $data ) ) {
		return $data;
	}
	$found = @unserialize( trim( $data ) );
	return false === $found && 'b:0;' !== $data ? $data : $found;
}

function add_rewrite_endpoint( string $name, int $places, $query_var = true ): void {
	Site::$said[] = array( 'endpoint', $name, $query_var );
}

function add_shortcode( string $tag, callable $callback ): void {
	Site::$said[] = array( 'shortcode', $tag );
}

function register_block_type( $block_type, array $args = array() ) {
	Site::$said[] = array( 'block', json_decode( file_get_contents( $block_type . '/block.json' ), true )['name'] );
}

function wp_register_script( string $handle, $src, array $deps = array(), $ver = false, $args = array() ): bool {
	return true;
}

function wp_set_script_translations( string $handle, string $domain = 'default', string $path = '' ): bool {
	return true;
}

function wp_enqueue_script( string $handle, string $src = '', array $deps = array(), $ver = false, $args = array() ): void {
	Site::$said[] = array( 'script', $handle );
}

function wp_add_inline_script( string $handle, string $data, string $position = 'after' ): bool {
	Site::$said[] = array( 'inline', $data );
	return true;
}

function wp_robots_no_robots( array $robots ): array {
	return array( 'noindex' => true ) + $robots;
}

function nocache_headers(): void {
	Site::$said[] = array( 'nocache' );
}

function add_submenu_page( string $parent_slug, string $page_title, string $menu_title, string $capability, string $menu_slug, $callback = '', $position = null ) {
	Site::$said[] = array( 'menu', $parent_slug, $menu_slug, $capability );
	return $menu_slug;
}

function submit_button( string $text = '', string $type = 'primary', string $name = 'submit', bool $wrap = true, $other_attributes = '' ): void {
	echo '<p class="submit"><input type="submit" name="' . $name . '" id="' . $other_attributes['id'] . '" class="button button-' . $type . '" value="' . esc_attr( $text ) . '"></p>';
}

function checked( $checked, $current = true, bool $display = true ): string {
	return (string) $checked === (string) $current ? " checked='checked'" : '';
}

function wp_dropdown_pages( $args = '' ): string {
	echo '<select name="' . $args['name'] . '" id="' . $args['id'] . '"><option value="' . $args['option_none_value'] . '">' . $args['show_option_none'] . '</option>';
	foreach ( Site::$posts as $post ) {
		echo '<option value="' . $post->ID . '"' . ( $post->ID === $args['selected'] ? ' selected' : '' ) . '>' . esc_html( $post->post_title ) . '</option>';
	}
	echo '</select>';
	return '';
}

function wp_get_attachment_image_url( int $attachment_id, $size = 'thumbnail', bool $icon = false ) {
	return $attachment_id ? home_url( "/wp-content/uploads/$attachment_id.jpg" ) : false;
}

function wp_add_privacy_policy_content( string $plugin_name, string $policy_text ): void {
	Site::$said[] = array( 'policy', $policy_text );
}

function load_plugin_textdomain( string $domain, $deprecated = false, $plugin_rel_path = false ): bool {
	return true;
}

function register_activation_hook( string $file, callable $callback ): void {
	add_action( 'activate_' . plugin_basename( $file ), $callback );
}

function register_deactivation_hook( string $file, callable $callback ): void {
	add_action( 'deactivate_' . plugin_basename( $file ), $callback );
}

/** The tables that the plug-in writes past WordPress, and the few statements that it does so with. */
final class wpdb {
	public string $prefix   = 'wp_';
	public string $postmeta = 'wp_postmeta';
	public array $tables    = array();

	public function esc_like( string $text ): string {
		return addcslashes( $text, '_%\\' );
	}

	public function prepare( string $query, ...$args ): array {
		return array( $query, $args );
	}

	public function query( array $prepared ) {
		list( $query, $args ) = $prepared;
		preg_match( '/^DELETE FROM %i WHERE (\w+) LIKE %s(?: AND (\w+) LIKE %s)?$/', $query, $columns ) || throw new LogicException( $query );
		$before = $this->tables[ $args[0] ] ?? array();
		$meant  = fn( $row ) => self::is_like( $row[ $columns[1] ], $args[1] ) && ( ! isset( $columns[2] ) || self::is_like( $row[ $columns[2] ], $args[2] ) );

		$this->tables[ $args[0] ] = array_filter( $before, fn( $row ) => ! $meant( $row ) );
		return count( $before ) - count( $this->tables[ $args[0] ] );
	}

	public function delete( string $table, array $where ) {
		isset( $this->tables[ $table ] ) || throw new LogicException( "no table $table" );
		$this->tables[ $table ] = array_filter( $this->tables[ $table ], fn( $row ) => array_intersect_assoc( $where, $row ) !== $where );
	}

	public function update( string $table, array $data, array $where ) {
		$table === 'wp_woocommerce_sessions' || throw new LogicException( $table );
		Shop::$sessions[ $where['session_key'] ] = unserialize( $data['session_value'] );
	}

	public function get_var( array $prepared ) {
		$name = stripslashes( $prepared[1][0] );
		return isset( $this->tables[ $name ] ) ? $name : null;
	}

	public function get_results( array $prepared ): array {
		$rows = array();
		foreach ( Shop::$sessions as $name => $kept ) {
			$row = (object) array( 'session_key' => (string) $name, 'session_value' => serialize( $kept ) );
			if ( self::is_like( $row->session_value, $prepared[1][1] ) ) {
				$rows[] = $row;
			}
		}
		return $rows;
	}

	private static function is_like( string $text, string $pattern ): bool {
		$pattern = strtr( preg_quote( $pattern, '/' ), array( '\\\\_' => '_', '\\\\%' => '%', '%' => '.*', '_' => '.' ) );
		return (bool) preg_match( '/^' . $pattern . '$/s', $text );
	}
}

$GLOBALS['wpdb'] = new wpdb();
