package io.sonia.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.kernel.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.junit.jupiter.api.Test;

/** Documents of other formats than text on a running stack, the sound ones and those that would do harm. */
class DocumentFormatsIT extends MemoryCase {

    private Api.Response ingest(String format, byte[] document) {
        return memory.post(
                "/v1/workspace/ingest",
                Map.of(
                        "content",
                        Base64.getEncoder().encodeToString(document),
                        "doc_type",
                        "manual",
                        "format",
                        format));
    }

    private Map<String, Object> best(String query) {
        return Api.objects(
                        post("/search", Map.of("query", query, "user_id", user)).get("results"))
                .getFirst();
    }

    private static byte[] pdf(String... pages) throws IOException {
        try (PDDocument document = document(pages)) {
            return bytes(document);
        }
    }

    private static PDDocument document(String... pages) throws IOException {
        PDDocument document = new PDDocument();
        for (String text : pages) {
            PDPage page = new PDPage();
            document.addPage(page);
            try (PDPageContentStream content = new PDPageContentStream(document, page)) {
                content.beginText();
                content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
                content.newLineAtOffset(72, 700);
                content.showText(text);
                content.endText();
            }
        }
        return document;
    }

    private static byte[] bytes(PDDocument document) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        document.save(out);
        return out.toByteArray();
    }

    private void refused(Api.Response answer, String rule) {
        assertThat(answer.code()).as(answer.text()).isEqualTo("INVALID_ARGUMENT");
        assertThat(Json.text(answer.details())).contains("\"" + rule + "\"");
    }

    @Test
    void aPdfIsFoundWithItsPage() throws Exception {
        byte[] file = pdf("The pump hums quietly.", "The valve quoxle is made of brass.");
        Map<String, Object> made = data(ingest("pdf", file));
        assertThat(made).containsEntry("deduplicated", false);
        Map<String, Object> hit = best("quoxle valve");
        assertThat(String.valueOf(hit.get("content"))).contains("The valve quoxle is made of brass.");
        assertThat(Api.object(hit.get("metadata")))
                .containsEntry("page", 2L)
                .containsEntry("doc_id", made.get("doc_id"));
        assertThat(data(ingest("pdf", file)))
                .containsEntry("deduplicated", true)
                .containsEntry("doc_id", made.get("doc_id"));
    }

    @Test
    void aPageOfHtmlIsFoundWithItsHeadingAndWithoutItsScripts() {
        String page = """
                <!doctype html><html><head><title>Boiler</title><style>p {colour}</style></head><body>
                <h1>Boiler</h1><p>%s</p><script>var hidden = "zorblatt";</script>
                <div><h2>Errors &amp; <b>warnings</b></h2><ul><li>E42 means the <i>frumious</i> pump is dry.</li></ul></div>
                <p># no heading</p></body></html>
                """.formatted("It heats the whole house. ".repeat(30));
        data(ingest("html", page.getBytes(StandardCharsets.UTF_8)));
        Map<String, Object> hit = best("frumious pump");
        assertThat(String.valueOf(hit.get("content"))).contains("- E42 means the frumious pump is dry.");
        assertThat(Api.object(hit.get("metadata"))).containsEntry("heading", "Boiler > Errors & warnings");
        assertThat(found("zorblatt", Map.of())).isEmpty();
    }

    @Test
    void whatCannotBeReadIsRefusedWithTheReasonAndLeavesNothing() throws Exception {
        Object before = data(memory.get("/query/stats")).get("documents");
        byte[] sound = pdf("sound");
        refused(ingest("pdf", Arrays.copyOf(sound, 40)), "damaged");
        refused(ingest("pdf", "no pdf at all".getBytes(StandardCharsets.UTF_8)), "damaged");
        refused(ingest("pdf", pdf(" ")), "no_text");
        refused(ingest("html", "<html><script>only()</script></html>".getBytes(StandardCharsets.UTF_8)), "no_text");
        try (PDDocument locked = document("secret")) {
            locked.protect(new StandardProtectionPolicy("owner", "user", new AccessPermission()));
            refused(ingest("pdf", bytes(locked)), "encrypted");
        }
        refused(
                memory.post("/v1/workspace/ingest", Map.of("content", "%%%", "doc_type", "manual", "format", "pdf")),
                "base64");
        assertThat(data(memory.get("/query/stats"))).containsEntry("documents", before);
    }

    @Test
    void aDocumentThatWouldTakeAllMemoryTakesNothingOfTheService() throws Exception {
        Object before = data(memory.get("/query/stats")).get("documents");
        byte[] bomb = bomb();
        assertThat(bomb).hasSizeLessThan(3_000_000);
        assertThat(ingest("pdf", bomb).code()).isEqualTo("INVALID_ARGUMENT");
        byte[] deep = ("<div>".repeat(100_000) + "deep").getBytes(StandardCharsets.UTF_8);
        assertThat(ingest("html", deep).status()).isIn(200, 400);
        assertThat(memory.get("/readyz").status()).isEqualTo(200);
        assertThat((Long) data(memory.get("/query/stats")).get("documents")).isLessThanOrEqualTo((Long) before + 1);
    }

    /** A page whose content is 400 MiB of white space, deflated. */
    private static byte[] bomb() throws IOException {
        try (PDDocument document = new PDDocument()) {
            PDPage page = new PDPage();
            document.addPage(page);
            PDStream content = new PDStream(document);
            byte[] piece = new byte[1024 * 1024];
            Arrays.fill(piece, (byte) ' ');
            try (OutputStream out = content.createOutputStream(COSName.FLATE_DECODE)) {
                for (int i = 0; i < 400; i++) {
                    out.write(piece);
                }
            }
            page.setContents(List.of(content));
            return bytes(document);
        }
    }
}
