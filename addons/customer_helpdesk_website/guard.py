"""What of a question is searched for answers: plain functions, no database."""


def split_words(text, shortest, count):
    """Return the words of a text that say most: the longest ones, each once, in their order.

    :param str text: what somebody typed
    :param int shortest: characters of the shortest word that counts
    :param int count: how many words at most
    """
    words = []
    for part in text.split():
        word = part.strip('.,;:!?"\'()[]{}<>„“”‚‘’«»…-')
        if len(word) >= shortest and word.lower() not in (other.lower() for other in words):
            words.append(word)
    longest = sorted(words, key=len, reverse=True)[:count]
    return [word for word in words if word in longest]
