package io.sonia.openclaw.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sonia.contracts.openclaw.CommandLine;
import io.sonia.kernel.ErrorCode;
import io.sonia.kernel.SoniaException;
import io.sonia.testkit.Cases;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

    static Stream<Arguments> commands() {
        return Stream.of(
                Arguments.of("git status", List.of("git", "status")),
                Arguments.of("  ls \t -l   docs ", List.of("ls", "-l", "docs")),
                Arguments.of("grep 'a b' notes.txt", List.of("grep", "a b", "notes.txt")),
                Arguments.of("grep \"a 'b'\" x", List.of("grep", "a 'b'", "x")),
                Arguments.of("echo 'it'\\''s'", List.of("echo", "it's")),
                Arguments.of("echo a\\ b", List.of("echo", "a b")),
                Arguments.of("echo \"a\\\"b\\\\c\\n\"", List.of("echo", "a\"b\\c\\n")),
                Arguments.of("echo '' \"\"", List.of("echo", "", "")),
                Arguments.of("echo a'b'\"c\"d", List.of("echo", "abcd")),
                Arguments.of("ls *.txt ?[a] {a,b} ~ #x !", List.of("ls", "*.txt", "?[a]", "{a,b}", "~", "#x", "!")),
                Arguments.of("find . \\( -name a \\)", List.of("find", ".", "(", "-name", "a", ")")),
                Arguments.of("echo '$HOME `x` $(y)'", List.of("echo", "$HOME `x` $(y)")),
                Arguments.of("echo \"\\$HOME \\`\"", List.of("echo", "$HOME `")),
                Arguments.of("echo \\; \\| \\&", List.of("echo", ";", "|", "&")),
                Arguments.of("echo grüße", List.of("echo", "grüße")));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aPlainCommandIsSplitIntoWords(String command, List<String> words) {
        assertThat(CommandLine.split(command)).isEqualTo(words);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "cd /tmp && malware.exe",
                "ls; rm -rf /",
                "ls;rm",
                "ls | sh",
                "ls|sh",
                "ls || sh",
                "ls &",
                "ls & sh",
                "echo x > /etc/passwd",
                "cat < /etc/passwd",
                "cat <<EOF",
                "echo $(id)",
                "echo `id`",
                "echo $HOME",
                "echo ${HOME}",
                "echo \"$(id)\"",
                "echo \"`id`\"",
                "echo \"$HOME\"",
                "(ls)",
                "ls)",
                "ls\nrm x",
                "ls\r\nrm x",
                "echo 'a\nb'",
                "ls \u0000",
                "ls \u001b[31m",
                "ls \u007f",
                "echo 'open",
                "echo \"open",
                "echo \"open\\\"",
                "echo \\",
                "ls 2>&1",
                "ls >> x",
                "diff <(ls) <(ls)",
                "a=$b c"
            })
    void whatAShellWouldActUponIsRefused(String command) {
        assertThatThrownBy(() -> CommandLine.split(command))
                .isInstanceOfSatisfying(
                        SoniaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_COMMAND));
    }

    @Test
    void aCommandHasAtMostSixtyFourWords() {
        assertThat(CommandLine.split("a ".repeat(64))).hasSize(64);
        assertThatThrownBy(() -> CommandLine.split("a ".repeat(65))).isInstanceOf(SoniaException.class);
    }

    @Test
    void singleQuotedWordsComeBackAsTheyWere() {
        Cases.each(1_000, random -> {
            List<String> words = Stream.generate(() -> Cases.text(random, 20).replaceAll("\\p{Cntrl}", ""))
                    .limit(1 + random.nextInt(8))
                    .toList();
            String command = words.stream()
                    .map(each -> "'" + each.replace("'", "'\\''") + "' ")
                    .collect(Collectors.joining());

            assertThat(CommandLine.split(command)).isEqualTo(words);
        });
    }
}
