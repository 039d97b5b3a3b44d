package io.sonia.kernel;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Removes payment card numbers (ISO/IEC 7812, with Luhn check digit), US social security numbers and phone numbers.
 * A number that touches a letter, a digit, a point, a hyphen or an underscore is part of something else and stays.
 */
final class PersonalNumbers {

    /** No such number has fewer digits. */
    static final int FEWEST_DIGITS = 8;

    private static final String END = "(?![\\w-])";
    private static final Pattern CARD = Pattern.compile(
            "(?:3\\d{3}([ -]?)\\d{6}\\1\\d{4,5}|\\d{4}([ -]?)\\d{4}\\2\\d{4}\\2\\d{4}(?:\\2\\d{1,3})?)" + END);
    private static final Pattern ISSUER = Pattern.compile(
            "3[47]\\d{13}|3[068]\\d{12}|4\\d{15}(?:\\d{3})?|(?:5[1-5]|2[2-7])\\d{14}|(?:6\\d|50|5[6-8])\\d{14,17}");
    private static final Pattern SOCIAL = Pattern.compile("(?!000|666|9)\\d{3}-(?!00)\\d{2}-(?!0000)\\d{4}" + END);
    private static final Pattern PHONE = Pattern.compile(
            "(?:\\+\\d(?:[ .()-]{0,2}\\d){7,14}|\\(\\d{3}\\) ?\\d{3}[-. ]\\d{4}|\\d{3}([-.])\\d{3}\\1\\d{4})" + END);

    private PersonalNumbers() {}

    static String redact(String text) {
        StringBuilder out = null;
        int copied = 0;
        for (int i = 0; i < text.length(); i++) {
            Matcher number = startsNumber(text, i) && hasDigits(text, i) ? number(text, i) : null;
            if (number != null) {
                out = out == null ? new StringBuilder(text.length()) : out;
                out.append(text, copied, i).append(kind(number));
                copied = number.end();
                i = copied - 1;
            }
        }
        return out == null ? text : out.append(text, copied, text.length()).toString();
    }

    private static @Nullable Matcher number(String text, int start) {
        Matcher card = CARD.matcher(text).region(start, text.length());
        if (card.lookingAt() && isCard(card.group())) {
            return card;
        }
        Matcher social = SOCIAL.matcher(text).region(start, text.length());
        if (social.lookingAt()) {
            return social;
        }
        Matcher phone = PHONE.matcher(text).region(start, text.length());
        return phone.lookingAt() ? phone : null;
    }

    private static String kind(Matcher number) {
        return number.pattern().equals(CARD)
                ? "[REDACTED:card]"
                : number.pattern().equals(SOCIAL) ? "[REDACTED:national_id]" : "[REDACTED:phone]";
    }

    private static boolean startsNumber(String text, int i) {
        char c = text.charAt(i);
        if (!isDigit(c) && c != '+' && c != '(') {
            return false;
        }
        char before = i == 0 ? ' ' : text.charAt(i - 1);
        return !Character.isLetterOrDigit(before) && "_.+-".indexOf(before) < 0;
    }

    /** True if enough digits follow with nothing but separators between them. */
    private static boolean hasDigits(String text, int start) {
        int digits = 0;
        for (int i = start; i < text.length() && digits < FEWEST_DIGITS; i++) {
            char c = text.charAt(i);
            if (isDigit(c)) {
                digits++;
            } else if (" .()+-".indexOf(c) < 0 || i - start > 3 * FEWEST_DIGITS) {
                return false;
            }
        }
        return digits == FEWEST_DIGITS;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isCard(String number) {
        String digits = number.replaceAll("[ -]", "");
        return ISSUER.matcher(digits).matches() && luhn(digits);
    }

    private static boolean luhn(String digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int weighted = i % 2 == 0 ? digit : 2 * digit;
            sum += weighted > 9 ? weighted - 9 : weighted;
        }
        return sum % 10 == 0;
    }
}
