package io.sonia.kernel;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Removes payment card numbers (ISO/IEC 7812, with Luhn check digit), US social security numbers and phone numbers.
 * A number that touches a letter, a digit, a point, a hyphen or an underscore is part of something else and stays.
 */
final class PersonalNumbers {

    private static final String START = "(?<![\\w.+-])";
    private static final String END = "(?![\\w-])";

    private static final Pattern CARD = Pattern.compile(
            START + "(?:3\\d{3}([ -]?)\\d{6}\\1\\d{4,5}|\\d{4}([ -]?)\\d{4}\\2\\d{4}\\2\\d{4}(?:\\2\\d{1,3})?)" + END);
    private static final Pattern ISSUER = Pattern.compile(
            "3[47]\\d{13}|3[068]\\d{12}|4\\d{15}(?:\\d{3})?|(?:5[1-5]|2[2-7])\\d{14}|(?:6\\d|50|5[6-8])\\d{14,17}");
    private static final Pattern SOCIAL =
            Pattern.compile(START + "(?!000|666|9)\\d{3}-(?!00)\\d{2}-(?!0000)\\d{4}" + END);
    private static final Pattern PHONE = Pattern.compile(START
            + "(?:\\+\\d(?:[ .()-]{0,2}\\d){7,14}|\\(\\d{3}\\) ?\\d{3}[-. ]\\d{4}|\\d{3}([-.])\\d{3}\\1\\d{4})"
            + END);

    private PersonalNumbers() {}

    static String redact(String text) {
        String out = CARD.matcher(text).replaceAll(PersonalNumbers::card);
        out = SOCIAL.matcher(out).replaceAll("[REDACTED:national_id]");
        return PHONE.matcher(out).replaceAll("[REDACTED:phone]");
    }

    private static String card(MatchResult match) {
        String digits = match.group().replaceAll("[ -]", "");
        boolean card = ISSUER.matcher(digits).matches() && luhn(digits);
        return card ? "[REDACTED:card]" : Matcher.quoteReplacement(match.group());
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
