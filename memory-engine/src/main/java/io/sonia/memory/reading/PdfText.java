package io.sonia.memory.reading;

import java.io.IOException;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.encryption.InvalidPasswordException;
import org.apache.pdfbox.text.PDFTextStripper;

/** The text of a PDF document, page by page. */
final class PdfText {

    private static final int MAX_PAGES = 5_000;

    private PdfText() {}

    static String of(byte[] file) throws IOException, Unreadable.Refused {
        try (PDDocument document = Loader.loadPDF(file)) {
            if (document.getNumberOfPages() > MAX_PAGES) {
                throw new Unreadable.Refused(Unreadable.TOO_LARGE);
            }
            PlainText text = new PlainText();
            PDFTextStripper stripper = new PDFTextStripper();
            stripper.setSortByPosition(true);
            for (int page = 1; page <= document.getNumberOfPages(); page++) {
                stripper.setStartPage(page);
                stripper.setEndPage(page);
                text.add(stripper.getText(document));
                text.pageEnd();
            }
            return text.whole();
        } catch (InvalidPasswordException locked) {
            throw new Unreadable.Refused(Unreadable.ENCRYPTED);
        }
    }
}
