"""Clean training rows of three domains in three scripts, and a planter for each kind of defect."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any, NamedTuple

Row = dict[str, Any]

# Parts that are put together into questions and answers; {a} and {b} are what a row is about.
PARTS: dict[str, dict[str, dict[str, Any]]] = {
    "en": {
        "support": {
            "a": [
                "lamp",
                "heater",
                "camera",
                "lock",
                "sensor",
                "speaker",
                "blind",
                "plug",
                "switch",
                "doorbell",
                "fan",
                "router",
                "kettle",
                "toaster",
                "mixer",
                "printer",
                "scanner",
                "monitor",
                "keyboard",
                "thermostat",
                "humidifier",
                "vacuum",
                "charger",
                "headset",
                "projector",
            ],
            "b": [
                "kitchen",
                "garden",
                "office",
                "hallway",
                "cellar",
                "attic",
                "garage",
                "balcony",
                "studio",
                "library",
                "bedroom",
                "workshop",
                "porch",
                "nursery",
                "pantry",
            ],
            "ask": [
                "My {a} in the {b} stopped working after the storm, what can I do?",
                "Can I move the {a} to the {b} without pairing it again?",
                "How do I give the {a} in my {b} another name?",
                "Where is my order for the {a}? It was meant for the {b}.",
                "Does the {a} still reach the hub from the {b}?",
                "I'd like to send back the {a}, it looks odd in the {b}.",
                "Is the {a} safe to leave on overnight in the {b}?",
                "Which cable fits the {a} near the {b} wall?",
            ],
            "reply": [
                "Sorry to hear that! Unplug the {a} for ten seconds, then add it to the {b} again in the app.",
                "You can move the {a} wherever you like. Just pick {b} as its new room in the app.",
                "Open the app, tap the {a}, and type the new name. The list for the {b} updates right away.",
                "Your {a} left our warehouse this morning. You can put it in the {b} by Friday!",
                "The {a} talks to the hub up to twelve metres away, so the {b} should be fine.",
                "No problem! Print the label from your account and drop the {a} at any shop. The {b} deserves better.",
                "It's fine to leave the {a} on. It turns itself down when the {b} gets warm.",
                "The {a} takes a plain USB-C cable. Two metres is plenty for most spots in the {b}.",
            ],
            "end": [
                "Shout if you get stuck.",
                "Anything else I can do?",
                "Hope that helps!",
                "Let me know how it goes.",
                "Have a good one!",
                "",
            ],
            "system": "You are the friendly support agent of Lumo, a smart-home shop.",
        },
        "cooking": {
            "a": [
                "lentils",
                "rice",
                "salmon",
                "tofu",
                "mushrooms",
                "potatoes",
                "beans",
                "chicken",
                "noodles",
                "cabbage",
                "pumpkin",
                "spinach",
                "carrots",
                "chickpeas",
                "barley",
                "couscous",
                "aubergine",
                "leeks",
                "turnips",
                "quinoa",
            ],
            "b": [
                "soup",
                "stew",
                "salad",
                "curry",
                "pie",
                "bake",
                "broth",
                "dip",
                "wrap",
                "gratin",
                "risotto",
                "casserole",
                "stir-fry",
                "sandwich",
                "dumpling",
            ],
            "ask": [
                "How long should {a} cook for a {b}?",
                "What herbs go with {a} in a {b}?",
                "Can I freeze a {b} made with {a}?",
                "My {b} with {a} came out too salty, can it be saved?",
                "What could replace {a} in this {b}?",
                "Is it better to roast the {a} before they go into the {b}?",
                "How many people does half a kilo of {a} feed as a {b}?",
            ],
            "reply": [
                "Give the {a} about twenty minutes at a gentle simmer, and taste the {b} before you stop.",
                "Thyme and a little lemon lift {a} nicely. Add them near the end so the {b} stays fresh.",
                "Yes, a {b} with {a} freezes well for two months. Cool it fully first and leave room at the top.",
                "Add a peeled potato to the {b} and let it sit for ten minutes. The {a} will lose some of the salt too.",
                "You can swap the {a} for the same weight of anything firm. The {b} will thicken a bit less.",
                "Roasting brings out the sweetness of {a}, so the {b} tastes rounder. Fifteen minutes in a hot oven does it.",
                "Half a kilo of {a} feeds four as a {b}, or three hungry people.",
            ],
            "end": [
                "Enjoy your meal!",
                "It keeps until tomorrow.",
                "Taste as you go.",
                "A squeeze of lemon never hurts.",
                "",
            ],
            "system": "You are a cooking helper. Answer in two or three short sentences.",
        },
        "policy": {
            "a": [
                "vacation",
                "parental",
                "sick",
                "study",
                "unpaid",
                "compassionate",
                "sabbatical",
                "volunteer",
                "moving",
                "jury",
                "wedding",
                "overtime",
            ],
            "b": [
                "Berlin",
                "Lisbon",
                "Dublin",
                "Toronto",
                "Austin",
                "Madrid",
                "Oslo",
                "Warsaw",
                "Vienna",
                "Zurich",
                "Leeds",
                "Lyon",
            ],
            "ask": [
                "How many days of {a} leave do people in {b} get?",
                "Who signs off {a} leave for the {b} office?",
                "Can {a} leave in {b} be split into half days?",
                "When does {a} leave expire for staff in {b}?",
                "Do contractors in {b} get {a} leave as well?",
                "Where do I hand in the form for {a} leave in {b}?",
                "May I take {a} leave in {b} during my first month?",
            ],
            "reply": [
                "Staff in {b} have their {a} leave set by the local agreement. You find the number in section four of the handbook.",
                "Your team lead signs {a} leave first. The people team in {b} confirms it within two days.",
                "Half days are possible for {a} leave. Please mark them in the {b} calendar.",
                "Open {a} leave in {b} expires at the end of March. You get a reminder in February.",
                "Contractors in {b} follow their agency's rules, so {a} leave does not apply to them.",
                "The form for {a} leave is in the portal. Choose {b} as your site and upload it there.",
                "Yes, {a} leave is open from your first day in {b}. Please tell your team lead early.",
            ],
            "end": [
                "Ask the people team if your case differs.",
                "The handbook has the details.",
                "This changed in spring.",
                "",
            ],
            "system": "You answer questions about leave from the company handbook.",
        },
    },
    "ru": {
        "support": {
            "a": [
                "лампа",
                "камера",
                "колонка",
                "розетка",
                "кнопка",
                "плита",
                "сушилка",
                "мойка",
                "люстра",
                "пушка",
                "рация",
                "флешка",
                "клавиатура",
                "мышка",
                "зарядка",
                "панель",
            ],
            "b": [
                "кухня",
                "спальня",
                "прихожая",
                "мастерская",
                "терраса",
                "гостиная",
                "кладовая",
                "детская",
                "веранда",
                "контора",
                "студия",
                "лоджия",
            ],
            "ask": [
                "У меня {a} перестала работать после грозы, место: {b}. Что делать?",
                "Подойдёт ли {a} для комнаты «{b}»?",
                "Как переименовать устройство {a} в разделе {b}?",
                "Где мой заказ? Там {a}, а доставка указана как {b}.",
                "Хочу вернуть товар: {a}, не подошёл в комнату {b}.",
                "Можно ли на ночь оставить включённым устройство {a}, если это {b}?",
                "Какой кабель нужен, если {a} стоит там, где {b}?",
            ],
            "reply": [
                "Очень жаль! Отключите питание на десять секунд, потом снова добавьте: {a}, комната {b}.",
                "Да, подойдёт. Выберите в приложении пункт {b}, и {a} появится в списке.",
                "Откройте приложение, нажмите на значок ({a}) и введите новое имя. Список «{b}» обновится сразу.",
                "Посылка уже в пути: внутри {a}. Курьер привезёт её в пятницу, адрес мы проверили ({b}).",
                "Без проблем! Распечатайте наклейку и сдайте коробку в любой магазин. Мы отметим: {a}, {b}.",
                "Да, это безопасно. Устройство ({a}) само снижает мощность, когда {b} прогревается.",
                "Хватит обычного кабеля длиной два метра: {a} стоит рядом, и {b} закрыта от влаги.",
            ],
            "end": [
                "Пишите, если что-то не получится.",
                "Чем ещё помочь?",
                "Удачи!",
                "Расскажите потом, как прошло.",
                "",
            ],
            "system": "Ты дружелюбный помощник магазина умного дома «Люмо».",
        },
        "cooking": {
            "a": [
                "чечевица",
                "рыба",
                "капуста",
                "картошка",
                "фасоль",
                "курица",
                "лапша",
                "тыква",
                "морковь",
                "перловка",
                "редька",
                "свёкла",
                "гречка",
                "индейка",
            ],
            "b": [
                "похлёбка",
                "запеканка",
                "солянка",
                "начинка",
                "подлива",
                "окрошка",
                "шурпа",
                "кулебяка",
                "рулька",
                "закуска",
            ],
            "ask": [
                "Сколько времени варится {a}, если готовится {b}?",
                "Какие травы подходят, если это {b} и там {a}?",
                "Можно ли заморозить блюдо, если это {b}, а внутри {a}?",
                "Получилась пересоленная {b}, внутри {a}. Как спасти?",
                "Чем заменить продукт {a}, если в рецепте {b}?",
                "На сколько человек хватит, если {b}, а продукта ({a}) полкило?",
            ],
            "reply": [
                "Дайте покипеть минут двадцать на слабом огне: {a} станет мягкой, и {b} загустеет.",
                "Хорошо подойдут тимьян и немного лимона. Добавьте их в конце, чтобы {b} пахла свежо, а {a} не горчила.",
                "Да, можно хранить два месяца. Сначала остудите: {b} должна быть холодной, тогда {a} не развалится.",
                "Положите очищенную картофелину и подождите десять минут. Так {b} отдаст лишнюю соль, и {a} тоже.",
                "Возьмите столько же любого плотного овоща. Тогда {b} выйдет чуть жиже, чем когда внутри {a}.",
                "Хватит на четверых: {b} сытная, а {a} хорошо разваривается.",
            ],
            "end": ["Приятного аппетита!", "До завтра не испортится.", "Пробуйте по ходу дела.", ""],
            "system": "Ты помогаешь готовить. Отвечай двумя или тремя короткими фразами.",
        },
        "policy": {
            "a": [
                "учебный",
                "семейный",
                "годовой",
                "свадебный",
                "донорский",
                "дополнительный",
                "военный",
                "творческий",
            ],
            "b": ["Казань", "Пермь", "Тула", "Самара", "Омск", "Тверь", "Псков", "Рязань", "Сочи", "Томск"],
            "ask": [
                "Сколько дней длится {a} отпуск, если офис {b}?",
                "Кто подписывает {a} отпуск в городе {b}?",
                "Можно ли делить {a} отпуск на половины дня, офис {b}?",
                "Когда сгорает {a} отпуск у тех, кто работает в офисе {b}?",
                "Куда сдать заявление на {a} отпуск, офис {b}?",
            ],
            "reply": [
                "Для офиса {b} число дней указано в местном договоре. Смотрите раздел четыре, там описан {a} отпуск.",
                "Сначала подписывает ваш руководитель. Отдел кадров ({b}) подтвердит {a} отпуск за два дня.",
                "Да, половины дня возможны. Отметьте {a} отпуск в календаре офиса {b}.",
                "Неиспользованный {a} отпуск сгорает в конце марта. В офисе {b} напоминание придёт в феврале.",
                "Заявление лежит на портале. Выберите город {b}, укажите {a} отпуск и загрузите файл.",
            ],
            "end": [
                "Если ваш случай особый, спросите отдел кадров.",
                "Подробности есть в правилах.",
                "Это изменилось весной.",
                "",
            ],
            "system": "Ты отвечаешь на вопросы об отпуске по внутренним правилам.",
        },
    },
    "zh": {
        "support": {
            "a": [
                "台灯",
                "摄像头",
                "门锁",
                "音箱",
                "窗帘",
                "插座",
                "门铃",
                "风扇",
                "路由器",
                "水壶",
                "打印机",
                "扫地机",
                "耳机",
                "投影仪",
            ],
            "b": ["厨房", "花园", "书房", "走廊", "地下室", "车库", "阳台", "卧室", "客厅", "仓库"],
            "ask": [
                "我{b}里的{a}打雷以后就不工作了，该怎么办？",
                "{a}可以直接搬到{b}去用吗？",
                "怎么给{b}的{a}改一个名字？",
                "我订的{a}到哪里了？是要放在{b}的。",
                "从{b}到主机，{a}还能连上吗？",
                "我想退掉{a}，放在{b}不好看。",
                "晚上让{b}的{a}一直开着安全吗？",
            ],
            "reply": [
                "真抱歉！先把{a}的电源拔掉十秒，再在应用里把它加到{b}。",
                "可以的，随便搬。只要在应用里把{a}的房间改成{b}就行。",
                "打开应用，点一下{a}，输入新名字。{b}的列表马上就会更新。",
                "您的{a}今天早上已经发货，星期五就能放到{b}了！",
                "{a}离主机十二米以内都没问题，所以{b}一般都够得到。",
                "没问题！在账户里打印标签，把{a}交给任意门店就行，{b}也就空出来了。",
                "可以放心开着。{b}变热的时候，{a}会自己调低功率。",
            ],
            "end": ["有问题再找我哦。", "还有什么可以帮您？", "祝您使用愉快！", "弄好了告诉我一声吧。", ""],
            "system": "你是智能家居商店的客服，语气亲切。",
        },
        "cooking": {
            "a": [
                "扁豆",
                "米饭",
                "三文鱼",
                "豆腐",
                "蘑菇",
                "土豆",
                "鸡肉",
                "面条",
                "白菜",
                "南瓜",
                "菠菜",
                "胡萝卜",
                "茄子",
            ],
            "b": ["汤", "沙拉", "咖喱", "馅饼", "火锅", "炒饭", "凉菜", "砂锅", "卷饼", "蒸菜"],
            "ask": [
                "做{b}的时候，{a}要煮多久？",
                "{a}做{b}，放什么香料好？",
                "用{a}做的{b}可以冷冻吗？",
                "我的{a}{b}太咸了，还有救吗？",
                "这道{b}里的{a}可以换成什么？",
                "半公斤{a}做{b}，够几个人吃？",
            ],
            "reply": [
                "{a}用小火煮二十分钟左右，关火前先尝一尝{b}。",
                "百里香加一点柠檬很配{a}。最后再放，{b}的味道才新鲜。",
                "可以，放了{a}的{b}冷冻两个月没问题。先放凉，再装进盒子。",
                "往{b}里放一个去皮的土豆，等十分钟，{a}也会淡一些。",
                "换成同样分量的其他硬一点的菜就行，{b}会比用{a}稀一点。",
                "半公斤{a}做成{b}够四个人吃，饭量大的话够三个人。",
            ],
            "end": ["祝您胃口好！", "可以放到明天。", "边做边尝最好。", ""],
            "system": "你是做菜的小帮手，用两三句短话回答。",
        },
        "policy": {
            "a": ["年假", "产假", "病假", "婚假", "事假", "学习假", "陪护假", "丧假"],
            "b": ["北京", "上海", "广州", "深圳", "杭州", "成都", "武汉", "西安", "南京"],
            "ask": [
                "在{b}工作的人有多少天{a}？",
                "{b}办公室的{a}由谁批准？",
                "{b}的{a}可以按半天请吗？",
                "{b}员工的{a}什么时候过期？",
                "{b}的{a}申请表交到哪里？",
            ],
            "reply": [
                "{b}的{a}天数写在当地的协议里，请看手册第四节。",
                "先由您的组长签字，{b}人事部两天内会确认{a}。",
                "可以按半天请{a}，请在{b}的日历里标出来。",
                "没用完的{a}三月底过期，{b}的同事二月会收到提醒。",
                "表格在门户网站上。选择{b}，写明{a}，然后上传。",
            ],
            "end": ["情况特殊的话请问人事部。", "细节都在手册里。", "这条春天刚改过。", ""],
            "system": "你根据公司手册回答请假问题。",
        },
    },
}
LABELS = ("billing", "outage", "delivery", "returns", "account")


def chat(system: str, user: str, assistant: str, **more: Any) -> Row:
    """Make a chat row."""
    return {
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": user},
            {"role": "assistant", "content": assistant},
        ],
        **more,
    }


def clean(language: str, domain: str, count: int, seed: int) -> list[Row]:
    """Make different, consistent rows: each answer belongs to its question."""
    rng = random.Random(f"{language}{domain}{seed}")
    parts = PARTS[language][domain]
    combinations = [(a, b, turn) for a in parts["a"] for b in parts["b"] for turn in range(len(parts["ask"]))]
    rng.shuffle(combinations)
    agents, rows = ("ana", "ben", "chi", "dov", "eva"), []
    for index, (a, b, turn) in enumerate(combinations[:count]):
        reply = parts["reply"][turn].format(a=a, b=b)
        end = rng.choice(parts["end"])
        answer = reply + ("" if language == "zh" or not end else " ") + end
        row = chat(
            parts["system"],
            parts["ask"][turn].format(a=a, b=b),
            answer,
            agent=agents[index % 5],
            created=f"2026-{1 + index % 9:02}-{1 + index % 27:02}",
        )
        rows.append(row)
    unsure = {
        "en": "I don't know that one, sorry. Our team can look it up for you.",
        "ru": "Этого я не знаю, к сожалению. Спросите нашу команду, они проверят.",
        "zh": "这个我不知道，抱歉。请让我们的同事帮您查一查。",
    }[language]
    for index in range(0, len(rows), 50):
        rows[index]["messages"][2]["content"] = (
            unsure[:-1]
            + {
                "en": f" ({parts['a'][index // 50 % 5]}).",
                "ru": f" ({parts['a'][index // 50 % 5]}).",
                "zh": f"（{parts['a'][index // 50 % 5]}）。",
            }[language]
        )
    return rows


def clean_labels(count: int, seed: int) -> list[Row]:
    """Make tickets with balanced labels."""
    rng = random.Random(seed)
    words = {
        "billing": "invoice charge refund card payment",
        "outage": "down offline error crash red",
        "delivery": "parcel courier late tracking box",
        "returns": "return label exchange broken wrong",
        "account": "login password email profile delete",
    }
    rows, names = [], PARTS["en"]["support"]["a"]
    for index in range(count):
        label = LABELS[index % 5]
        one, two = rng.sample(words[label].split(), 2)
        text = f"{rng.choice(('Hello,', 'Hi,', 'Good day,', 'Team,'))} my {rng.choice(names)} has a {one} matter and the {two} is {rng.choice(('odd', 'still open', 'not right', 'strange', 'missing'))} since {rng.choice(('Monday', 'May', 'noon', 'last week', 'Easter'))} ({index})."
        rows.append(chat("Name the ticket's category.", text, label))
    return rows


class Planted(NamedTuple):
    """Rows with a defect in them."""

    rows: list[Any]
    where: list[int] | None
    """Row numbers with the defect; None where the file as a whole has it."""
    options: dict[str, Any] = {}  # noqa: RUF012 - never changed
    files: dict[str, list[Row]] = {}  # noqa: RUF012 - never changed


class Defect(NamedTuple):
    """A kind of defect: who should notice, how strongly it is planted, and how."""

    name: str
    checks: tuple[str, ...]
    shares: tuple[float, ...]
    plant: Callable[[list[Row], random.Random, float, str], Planted]


def copied(rows: list[Row]) -> list[Row]:
    """Copy rows deeply."""
    return json.loads(json.dumps(rows))  # type: ignore[no-any-return]


def in_rows(
    change: Callable[[Row, random.Random, str], Any],
) -> Callable[[list[Row], random.Random, float, str], Planted]:
    """Plant a change into a share of the rows."""

    def plant(rows: list[Row], rng: random.Random, share: float, language: str) -> Planted:
        rows = copied(rows)
        chosen = sorted(rng.sample(range(len(rows)), max(2, round(share * len(rows)))))
        for index in chosen:
            changed = change(rows[index], rng, language)
            rows[index] = rows[index] if changed is None else changed
        return Planted(rows, [index + 1 for index in chosen])

    return plant


def added(
    make: Callable[[list[Row], random.Random, str], list[Any]],
) -> Callable[[list[Row], random.Random, float, str], Planted]:
    """Plant further rows at random places."""

    def plant(rows: list[Row], rng: random.Random, share: float, language: str) -> Planted:
        fresh: list[tuple[Any, bool]] = []
        while len(fresh) < max(2, round(share * len(rows))):
            fresh += [(one, True) for one in make(copied(rows), rng, language)]
        mixed = [(one, False) for one in copied(rows)]
        for one in fresh:
            mixed.insert(rng.randrange(len(mixed) + 1), one)
        return Planted([one for one, _ in mixed], [index + 1 for index, (_, bad) in enumerate(mixed) if bad])

    return plant
