<?php
/**
 * What shoppers read, in ja.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

return array(
	'domain'   => 'doorstep-for-woocommerce',
	'language' => 'ja',
	'messages' => array(
		'Track your order' => 'ご注文の配送状況',
		'Track' => '追跡',
		'Track order %s' => 'ご注文 %s を追跡',
		'We keep your e-mail address with your cart as you type it, so that we can remind you if you leave.' => 'ご入力のメールアドレスをカートとともに保存し、ご購入前に離れた場合にお知らせできるようにします。',
		'We will not remind you of this cart.' => 'このカートについてお知らせはお送りしません。',
		'No reminder, thank you' => 'お知らせは不要です',
		'Send me news and offers from %s by e-mail. I can stop them at any time.' => '%s の新着情報とお得な情報をメールで受け取ります。いつでも停止できます。',
	),
);
