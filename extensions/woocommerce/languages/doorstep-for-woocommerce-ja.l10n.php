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
		'Tell me when it is back' => '再入荷をお知らせ',
		'Which one?' => 'どの種類ですか？',
		'E-mail address' => 'メールアドレス',
		'Send me one e-mail when it is back. My address is used for nothing else, and I can take this back at any time.' => '再入荷したら一度だけメールを送ってください。アドレスはほかの目的には使われず、いつでも取り消せます。',
		'That did not work. Please try again later.' => 'うまくいきませんでした。しばらくしてからもう一度お試しください。',
	),
);
