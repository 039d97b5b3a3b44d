package io.sonia.memory.reading;

import io.sonia.contracts.memory.DocFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The process that reads one document: its bytes come in, {@code OK} and its text go out, or why it cannot be read. What
 * it takes of memory and time is bounded by whoever starts it.
 */
final class Reader {

    static final String OK = "OK";

    private Reader() {}

    /** Takes the format's name. */
    public static void main(String[] args) {
        String answer;
        try {
            byte[] document = System.in.readAllBytes();
            answer = OK + "\n"
                    + switch (DocFormat.valueOf(args[0])) {
                        case HTML -> HtmlText.of(document);
                        case PDF -> PdfText.of(document);
                        case TEXT -> new String(document, StandardCharsets.UTF_8);
                    };
        } catch (Unreadable.Refused refused) {
            answer = refused.reason().name();
        } catch (IOException | RuntimeException | StackOverflowError damaged) {
            answer = Unreadable.DAMAGED.name();
        }
        System.out.writeBytes(answer.getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }
}
