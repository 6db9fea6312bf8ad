<?php
/**
 * What shoppers read, in ar.
 *
 * @package Doorstep
 */

defined( 'ABSPATH' ) || exit;

return array(
	'domain'   => 'doorstep-for-woocommerce',
	'language' => 'ar',
	'messages' => array(
		'Track your order' => 'تتبّع طلبك',
		'Track' => 'تتبّع',
		'Track order %s' => 'تتبّع الطلب %s',
		'We keep your e-mail address with your cart as you type it, so that we can remind you if you leave.' => 'نحفظ عنوان بريدك الإلكتروني مع سلتك فور كتابته، كي نتمكن من تذكيرك إن غادرت.',
		'We will not remind you of this cart.' => 'لن نذكّرك بهذه السلة.',
		'No reminder, thank you' => 'لا تذكير، شكرًا',
		'Send me news and offers from %s by e-mail. I can stop them at any time.' => 'أرسلوا إليّ أخبار %s وعروضه بالبريد الإلكتروني. يمكنني إيقافها في أي وقت.',
	),
);
