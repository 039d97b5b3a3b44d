package io.sonia.cli;

import static io.sonia.cli.Samples.approval;
import static io.sonia.cli.Samples.map;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ApprovalCardTest {

    @Test
    void everyArgumentIsShownWhole() {
        String content = "x".repeat(5_000);

        assertThat(ApprovalCard.lines(approval("apr_1", map("path", "a.txt", "content", content), "write a.txt")))
                .containsExactly(
                        "file.write  guarded_medium  (apr_1)",
                        "  write a.txt",
                        "    path = \"a.txt\"",
                        "    content = \"" + content + "\"",
                        "  asked by usr_1, rule tier:guarded_medium, expires in 1 min 35 s");
    }

    @Test
    void textOfSeveralLinesCannotLookLikeAnotherArgument() {
        assertThat(ApprovalCard.lines(approval("apr_1", map("content", "one\n    path = \"b.txt\"\n"), "")))
                .contains(
                        "    content =",
                        "      | one",
                        "      |     path = \"b.txt\"",
                        "      (ends with a line break)");
    }

    @Test
    void summaryThatOnlyRepeatsTheCallIsLeftOut() {
        assertThat(ApprovalCard.lines(approval("apr_1", map("path", "a"), "file.write {\"path\":\"a\"}")))
                .hasSize(3);
    }

    @Test
    void escapesInArgumentsAreNotObeyed() {
        assertThat(String.join(
                        "\n", ApprovalCard.lines(approval("apr_1", map("path", "\u001b[8mhidden"), "\u001b[2J"))))
                .doesNotContain("\u001b")
                .contains("hidden");
    }
}
