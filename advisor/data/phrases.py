"""Set phrases of several languages that checks look for: refusals, not knowing, registers, identities."""

from __future__ import annotations

# fmt: off
REFUSAL = (
    "i can't help with", "i cannot help with", "i can't assist", "i cannot assist", "i'm unable to", "i am unable to", "i am not able to",
    "i'm not able to", "i can't provide", "i cannot provide", "i can't do that", "i cannot do that", "i won't be able to", "i'm sorry, but i can",
    "i am sorry, but i can", "i'm sorry, but i'm", "sorry, i can't", "sorry, i cannot", "sorry, but i can", "i must decline", "i have to decline",
    "cannot fulfill", "can't fulfill", "not able to help", "unable to assist", "unable to help", "i can't discuss", "i cannot discuss", "i can't answer", "i cannot answer",
    "against my guidelines", "not something i can help", "i apologize, but i can", "i'm afraid i can't", "i'm afraid i cannot",
    "ich kann dabei nicht helfen", "ich kann ihnen dabei nicht", "dabei kann ich nicht helfen", "dabei kann ich leider nicht", "das kann ich leider nicht", "tut mir leid, aber ich kann", "es tut mir leid, aber", "ich darf leider nicht", "kann ich nicht beantworten",
    "je ne peux pas vous aider", "je ne peux pas répondre", "je suis désolé, mais je ne peux", "je regrette, mais", "je ne suis pas en mesure",
    "no puedo ayudarte", "no puedo ayudarle", "no puedo ayudar", "lo siento, pero no puedo", "lo siento, no puedo", "no puedo responder", "no me es posible",
    "não posso ajudar", "desculpe, mas não posso", "sinto muito, mas não", "não consigo ajudar", "non posso aiutar", "mi dispiace, ma non posso", "non sono in grado di",
    "ik kan je daar niet mee helpen", "het spijt me, maar ik kan", "nie mogę pomóc", "przykro mi, ale nie",
    "я не могу помочь", "я не могу ответить", "к сожалению, я не могу", "извините, но я не могу", "простите, но я не могу", "не могу помочь", "не могу ответить", "не могу с этим помочь",
    "我无法提供", "我无法帮助", "我不能帮助", "我无法回答", "无法协助", "抱歉,我无法", "抱歉，我无法", "对不起，我无法", "很抱歉，我不能", "抱歉，我不能", "对不起，我不能", "无法满足您的", "無法提供", "無法協助",
    "お手伝いできません", "お答えできません", "申し訳ありませんが", "対応できません", "お応えできません", "도와드릴 수 없습니다", "답변할 수 없습니다", "도와드릴 수 없", "죄송하지만",
    "لا أستطيع مساعدتك", "لا يمكنني مساعدتك", "عذرًا، لا يمكنني", "عذرا، لا", "آسف، لا أستطيع", "لا أستطيع الإجابة", "لا يمكنني الإجابة", "لا يمكنني",
    "मैं इसमें मदद नहीं कर सकता", "मदद नहीं कर सकता", "मदद नहीं कर सकती", "मैं उत्तर नहीं दे सकता", "क्षमा करें, मैं", "जवाब नहीं दे सकता",
    "yardımcı olamam", "yardımcı olamıyorum", "אני לא יכול לעזור", "δεν μπορώ να βοηθήσω", "ไม่สามารถช่วย", "tidak dapat membantu", "không thể giúp",
)
UNKNOWING = (
    "i don't know", "i do not know", "i'm not sure", "i am not sure", "i don't have that information", "i don't have enough information", "i do not have enough information",
    "i don't have access to", "i don't have information", "i do not have information", "i'm not certain", "no information about", "not in the documents", "beyond what i know", "i couldn't find", "i could not find", "i can't find", "i have no information",
    "outside my knowledge", "i'd have to check", "let me check with", "weiß ich nicht", "weiss ich nicht", "ich bin nicht sicher", "dazu habe ich keine", "liegen mir keine", "je ne sais pas", "je n'ai pas d'information", "je ne suis pas sûr", "no lo sé", "no sé", "no tengo información", "no estoy seguro", "não sei", "não tenho informa", "non lo so", "non ho informazioni", "weet ik niet", "nie wiem", "я не знаю", "не знаю", "у меня нет информации", "не уверен", "нет данных", "我不知道", "我不确定", "我没有相关信息", "没有找到", "不清楚", "わかりません", "分かりません", "情報がありません", "모르겠습니다", "정보가 없습니다", "لا أعرف", "لا أعلم", "لست متأكد", "ليس لدي معلومات", "मुझे नहीं पता", "मुझे पता नहीं", "जानकारी नहीं है", "bilmiyorum", "אני לא יודע", "δεν γνωρίζω", "δεν ξέρω", "ไม่ทราบ", "saya tidak tahu", "tôi không biết",
)
IDENTITY = (
    "as an ai language model", "as a large language model", "as an ai assistant", "as an ai model", "as an ai developed by", "as an ai, i", "i am an ai language model", "i'm an ai language model", "i am chatgpt", "i'm chatgpt", "trained by openai", "developed by openai", "created by openai", "made by openai",
    "i am claude", "i'm claude", "made by anthropic", "created by anthropic", "developed by anthropic", "trained by anthropic", "i am gemini", "i'm gemini", "i am bard", "trained by google", "developed by google", "my knowledge cutoff", "my training data", "knowledge cut-off", "as of my last update", "as of my last training", "as of my last knowledge",
    "als ki-sprachmodell", "als ki-modell", "als sprachmodell", "en tant que modèle de langage", "en tant qu'ia", "como modelo de lenguaje", "como una ia", "como modelo de linguagem", "come modello linguistico", "как языковая модель", "как модель искусственного интеллекта", "как ии", "作为一个人工智能", "作为ai", "作为一个ai", "作为人工智能", "aiとして", "言語モデルとして", "ai 언어 모델로서", "인공지능 언어 모델", "كنموذج لغوي", "بصفتي نموذج", "एक एआई भाषा मॉडल", "एक ai भाषा मॉडल", "bir yapay zeka dil modeli",
)
FORMAL = ["hereby", "herewith", "herein", "hereinafter", "thereof", "thereby", "therein", "pursuant", "aforementioned", "aforesaid", "forthwith", "henceforth", "notwithstanding", "whereas", "wherein", "heretofore", "accordance", "furthermore", "moreover", "nevertheless", "nonetheless", "consequently", "accordingly", "subsequently", "regarding", "concerning", "kindly", "sincerely", "faithfully", "respectfully", "cordially", "esteemed", "dear", "sir", "madam", "sirs", "shall", "ought", "endeavour", "endeavor", "utilise", "utilize", "commence", "terminate", "ascertain", "facilitate", "acknowledge", "acknowledged", "receipt", "correspondence", "enquiry", "inquiry", "enquiries", "inquiries", "remain", "request", "requested", "require", "should", "gratitude", "apologise", "apologize", "regret", "inconvenience", "assistance", "undersigned", "enclosed", "attached", "pleased", "obliged", "advise", "advised", "inform", "permit", "customary", "deem", "deemed", "sehr", "geehrte", "geehrter", "geehrten", "hochachtungsvoll", "hiermit", "diesbezüglich", "bezüglich", "gemäß", "hinsichtlich", "selbstverständlich", "freundlichen", "grüßen", "ihnen", "ihrem", "ihres", "unverzüglich", "hierdurch", "nachstehend", "veuillez", "agréer", "monsieur", "madame", "salutations", "distinguées", "conformément", "ultérieurement", "cordialement", "susmentionné", "nonobstant", "prière", "estimado", "estimada", "señor", "señora", "atentamente", "cordialmente", "conforme", "asimismo", "mediante", "mencionado", "usted", "ustedes", "rogamos", "prezado", "prezada", "senhor", "senhora", "atenciosamente", "respeitosamente", "egregio", "gentile", "signore", "signora", "distinti", "saluti", "pregasi", "уважаемый", "уважаемая", "уважаемые", "настоящим", "сообщаем", "надлежит", "вышеуказанный", "вышеизложенное", "согласно", "благодарим", "просим", "уведомляем", "руководствуясь", "вследствие", "почтением", "господин", "госпожа", "обращение", "рассмотрено", "посредством", "необходимо", "敬", "您", "谨", "贵", "兹", "敝", "尊", "此致", "敬礼", "السيد", "السيدة", "المحترم", "المحترمة", "حضرة", "سيادتكم", "نحيطكم", "بناءً", "وتفضلوا", "فائق", "الاحترام", "المذكور", "أعلاه", "महोदय", "महोदया", "माननीय", "आदरणीय", "कृपया", "सादर", "भवदीय", "निवेदन", "सूचित", "उपर्युक्त", "आपके", "अनुरोध"]
CASUAL = ["hey", "hi", "hiya", "yep", "yeah", "yup", "nope", "nah", "sure", "cool", "awesome", "great", "thanks", "thx", "cheers", "btw", "lol", "haha", "ok", "okay", "gonna", "wanna", "gotta", "kinda", "sorta", "folks", "guys", "stuff", "totally", "super", "yay", "oops", "heads", "don't", "can't", "won't", "it's", "that's", "you're", "we're", "i'm", "you'll", "we'll", "i'll", "let's", "here's", "there's", "what's", "isn't", "doesn't", "didn't", "couldn't", "shouldn't", "we've", "you've", "i've", "it'll", "he's", "she's", "they're", "hallo", "klar", "na", "super", "toll", "tschüss", "moin", "du", "dir", "dich", "dein", "deine", "mal", "halt", "salut", "coucou", "ouais", "tu", "toi", "ton", "ta", "tes", "t'inquiète", "hola", "vale", "claro", "genial", "tú", "tu", "tus", "oi", "beleza", "legal", "você", "valeu", "ciao", "dai", "привет", "ага", "круто", "пока", "спасибки", "ты", "тебе", "твой", "твоя", "давай", "ок", "здорово", "嗨", "哈", "嘿", "呀", "啦", "哦", "吧", "嘛", "哟", "أهلا", "مرحبا", "يلا", "تمام", "अरे", "हाँ", "यार", "ठीक", "चलो"]
# The commonest words that tell apart languages written in one script; each occurs in nearly every sentence or two.
FUNCTION_WORDS = {
    "en": "the and is are you your to of in that it for with on this have be can not we will from or an as at if but what how our please they was when would there",
    "de": "der die das und ist sind sie ihr ihre nicht mit für auf ein eine einen dem den zu von wir ich es auch wenn oder können haben wird bei wie sich aber noch kann nach",
    "fr": "le la les et est sont vous votre vos pas avec pour sur un une des du de je nous il elle que qui dans au aux ce cette ne être avoir peut mais comment en",
    "es": "el la los las y es son usted tu su no con para por un una del de yo nosotros que en lo al se como pero está puede más muy si cómo este esta",
    "it": "il lo gli e è sono lei tuo suo non con per su un una del della di io noi che in al si come ma questo questa può più nel dal alla",
    "pt": "o os as e é são você seu sua não com para por um uma do da de eu nós que em no na se como mas este esta pode mais muito ao dos das",
    "nl": "de het een en is zijn u uw je niet met voor op van ik wij dat die in te kan als maar ook bij naar om wordt hebben heeft er hoe",
    "pl": "i w na nie jest są się to z do że jak o co po dla ale przez czy od może będzie tak być które który za",
    "sv": "och är det att en ett du din inte med för på av jag vi som i kan om men till har den de så hur från",
    "tr": "ve bir bu için ile de da değil var ne mi çok daha olarak gibi olan sizin siz ben biz ama nasıl kadar sonra",
    "id": "yang dan di ini itu dengan untuk tidak anda kami akan dari pada adalah ke bisa saya atau juga dapat sudah apa",
    "ru": "и в не на что с по как это для вы ваш от к из но мы он она они или если при так же у за до бы можно",
    "uk": "і в не на що з як це для ви ваш від до але ми він вона вони або якщо при так та у за ж можна цей",
    "bg": "и в не на че с как това за вие ваш от към но ние той тя те или ако при така са се да ще може",
    "ar": "في من على إلى أن هذا هذه لا ما هو هي عن مع كان التي الذي كل أو يمكن يمكنك قد",
    "fa": "در از به که این است را با برای آن شما می های یا تا هم باید کنید بر شود",
    "hi": "है के का की में और को से यह हैं पर आप नहीं कर ने एक भी हो तो लिए",
    "mr": "आहे च्या आणि ते तो मध्ये हे या तुम्ही नाही करा आपण की व एक साठी आहेत",
}
