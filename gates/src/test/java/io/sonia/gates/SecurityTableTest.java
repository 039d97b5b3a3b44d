package io.sonia.gates;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What SECURITY.md says of the Application Security Verification Standard is there to be looked at. */
class SecurityTableTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern ROW =
            Pattern.compile("\\| (V\\d+\\.\\d+\\.\\d+) \\| ([12]) \\| (.+?) \\| (-|\\[.+) \\|");
    private static final Pattern LINK = Pattern.compile("\\[(\\w+)]\\(([\\w./-]+)\\)");

    /** The requirements of level 1 in version 5.0.0: chapter and section, then how the numbers in it run. */
    private static final List<String> LEVEL_1 = List.of(
            "1.2 1-5",
            "1.3 1-2",
            "1.5 1-1",
            "2.1 1-1",
            "2.2 1-2",
            "2.3 1-1",
            "3.2 1-2",
            "3.3 1-1",
            "3.4 1-2",
            "3.5 1-3",
            "4.1 1-1",
            "4.4 1-1",
            "5.2 1-2",
            "5.3 1-2",
            "6.1 1-1",
            "6.2 1-8",
            "6.3 1-2",
            "6.4 1-2",
            "7.2 1-4",
            "7.4 1-2",
            "8.1 1-1",
            "8.2 1-2",
            "8.3 1-1",
            "9.1 1-3",
            "9.2 1-1",
            "10.4 1-5",
            "11.3 1-2",
            "11.4 1-1",
            "12.1 1-1",
            "12.2 1-2",
            "13.4 1-1",
            "14.2 1-1",
            "14.3 1-1",
            "15.1 1-1",
            "15.2 1-1",
            "15.3 1-1");

    private record Row(String requirement, int level, String how, String tests) {}

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(ROOT.resolve("SECURITY.md"))) {
            if (line.startsWith("| V")) {
                Matcher row = ROW.matcher(line);
                assertThat(row.matches()).as(line).isTrue();
                rows.add(new Row(row.group(1), Integer.parseInt(row.group(2)), row.group(3), row.group(4)));
            }
        }
        return rows;
    }

    @Test
    void everyRequirementOfLevelOneHasItsRowAndNoneHasTwo() throws IOException {
        Set<String> wanted = new HashSet<>();
        for (String section : LEVEL_1) {
            String[] parts = section.split("[ -]", -1);
            for (int i = Integer.parseInt(parts[1]); i <= Integer.parseInt(parts[2]); i++) {
                wanted.add("V" + parts[0] + "." + i);
            }
        }
        assertThat(wanted).hasSize(70);
        assertThat(rows().stream().map(Row::requirement)).doesNotHaveDuplicates();
        assertThat(rows().stream().filter(each -> each.level() == 1).map(Row::requirement))
                .containsExactlyInAnyOrderElementsOf(wanted);
    }

    @Test
    void everyRowNamesTestsThatAreThereOrSaysWhyNot() throws IOException {
        for (Row row : rows()) {
            if (row.tests().equals("-")) {
                assertThat(row.how()).as(row.requirement()).matches("(not applicable|not met): .{5,}");
                continue;
            }
            assertThat(row.tests()).as(row.requirement()).matches("(" + LINK + "(, )?)+");
            Matcher link = LINK.matcher(row.tests());
            while (link.find()) {
                Path source = ROOT.resolve(link.group(2));
                assertThat(source).exists().hasFileName(link.group(1) + ".java");
                assertThat(link.group(2)).contains("/src/test/java/");
                assertThat(declaresTests(source)).as(source.toString()).isTrue();
            }
        }
    }

    /** True if the class has tests of its own or inherits those of a contract. */
    private static boolean declaresTests(Path source) throws IOException {
        String text = Files.readString(source);
        return text.contains("@Test") || text.contains("@ParameterizedTest") || text.matches("(?s).* extends \\w+.*");
    }
}
