package mrkdwn

import (
	"strings"
)

// EmojiOf gives the character of a common shortcode; empty when it is not known.
func EmojiOf(name string) string {
	i := strings.Index(emojis, " "+name+"=")
	if i < 0 || name == "" {
		return ""
	}
	rest := emojis[i+len(name)+2:]
	return rest[:strings.IndexByte(rest, ' ')]
}

const emojis = ` red_circle=🔴 large_blue_circle=🔵 large_green_circle=🟢 green_circle=🟢 large_yellow_circle=🟡 yellow_circle=🟡 ` +
	` large_orange_circle=🟠 orange_circle=🟠 large_purple_circle=🟣 purple_circle=🟣 white_circle=⚪ black_circle=⚫ brown_circle=🟤 ` +
	` large_green_square=🟩 large_yellow_square=🟨 large_orange_square=🟧 large_red_square=🟥 large_blue_square=🟦 ` +
	` black_large_square=⬛ white_large_square=⬜ white_check_mark=✅ heavy_check_mark=✔️ ballot_box_with_check=☑️ x=❌ ` +
	` negative_squared_cross_mark=❎ warning=⚠️ rotating_light=🚨 fire=🔥 bell=🔔 no_bell=🔕 zzz=💤 mute=🔇 eyes=👀 bust_in_silhouette=👤 ` +
	` busts_in_silhouette=👥 raising_hand=🙋 raised_hand=✋ wave=👋 pray=🙏 thumbsup=👍 +1=👍 thumbsdown=👎 -1=👎 ok_hand=👌 muscle=💪 ` +
	` clap=👏 point_right=👉 point_left=👈 point_up=☝️ point_down=👇 tada=🎉 sparkles=✨ star=⭐ bulb=💡 memo=📝 pencil=📝 pencil2=✏️ ` +
	` clipboard=📋 book=📖 books=📚 bookmark=🔖 bookmark_tabs=📑 page_facing_up=📄 scroll=📜 notebook=📓 chart_with_upwards_trend=📈 ` +
	` chart_with_downwards_trend=📉 bar_chart=📊 moneybag=💰 money_with_wings=💸 dollar=💵 euro=💶 alarm_clock=⏰ clock1=🕐 clock3=🕒 ` +
	` hourglass=⌛ hourglass_flowing_sand=⏳ stopwatch=⏱️ timer_clock=⏲️ calendar=📆 date=📅 spiral_calendar_pad=🗓️ pushpin=📌 ` +
	` round_pushpin=📍 paperclip=📎 link=🔗 lock=🔒 unlock=🔓 key=🔑 hammer=🔨 wrench=🔧 hammer_and_wrench=🛠️ gear=⚙️ nut_and_bolt=🔩 ` +
	` rocket=🚀 ship=🚢 package=📦 inbox_tray=📥 outbox_tray=📤 mailbox=📫 email=📧 envelope=✉️ speech_balloon=💬 thought_balloon=💭 ` +
	` left_speech_bubble=🗨️ loudspeaker=📢 mega=📣 mag=🔍 mag_right=🔎 microscope=🔬 telescope=🔭 floppy_disk=💾 computer=💻 desktop_computer=🖥️ ` +
	` satellite_antenna=📡 electric_plug=🔌 battery=🔋 zap=⚡ snowflake=❄️ droplet=💧 ocean=🌊 earth_africa=🌍 globe_with_meridians=🌐 ` +
	` arrow_right=➡️ arrow_left=⬅️ arrow_up=⬆️ arrow_down=⬇️ arrow_upper_right=↗️ arrow_lower_right=↘️ arrows_counterclockwise=🔄 ` +
	` repeat=🔁 leftwards_arrow_with_hook=↩️ arrow_right_hook=↪️ fast_forward=⏩ rewind=⏪ arrow_forward=▶️ double_vertical_bar=⏸️ ` +
	` black_square_for_stop=⏹️ heavy_plus_sign=➕ heavy_minus_sign=➖ question=❓ exclamation=❗ heavy_exclamation_mark=❗ bangbang=‼️ ` +
	` information_source=ℹ️ no_entry=⛔ no_entry_sign=🚫 octagonal_sign=🛑 construction=🚧 recycle=♻️ checkered_flag=🏁 triangular_flag_on_post=🚩 ` +
	` white_flag=🏳️ ambulance=🚑 fire_engine=🚒 police_car=🚓 helmet_with_white_cross=⛑️ skull=💀 bug=🐛 ghost=👻 robot_face=🤖 snail=🐌 turtle=🐢 ` +
	` cat=🐱 dog=🐶 smile=😄 slightly_smiling_face=🙂 grinning=😀 sweat_smile=😅 joy=😂 thinking_face=🤔 disappointed=😞 cry=😢 sob=😭 scream=😱 ` +
	` sunglasses=😎 heart=❤️ green_heart=💚 yellow_heart=💛 broken_heart=💔 one=1️⃣ two=2️⃣ three=3️⃣ four=4️⃣ five=5️⃣ six=6️⃣ seven=7️⃣ eight=8️⃣ nine=9️⃣ ` +
	` keycap_ten=🔟 zero=0️⃣ 100=💯 coffee=☕ pizza=🍕 dart=🎯 trophy=🏆 `
