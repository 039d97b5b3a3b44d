package io.sonia.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sonia.memory.Chunks.Piece;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChunksTest {

    private static List<String> texts(String text, int size, int overlap) {
        return Chunks.of(text, size, overlap).stream()
                .map(piece -> text.substring(piece.start(), piece.end()))
                .toList();
    }

    @Test
    void aShortTextIsOnePiece() {
        assertThat(texts("  Just this.\n", 200, 0)).containsExactly("Just this.");
        assertThat(texts(" \n\t ", 200, 0)).isEmpty();
    }

    @Test
    void piecesEndWithAParagraphALineASentenceOrAWord() {
        assertThat(texts("aaaa bbbb\n\ncccc dddd eeee", 14, 0)).first().isEqualTo("aaaa bbbb");
        assertThat(texts("aaaa bbb cc\ndddd eeee", 14, 0)).first().isEqualTo("aaaa bbb cc");
        assertThat(texts("aaaa bbbb. cccc dddd", 14, 0)).first().isEqualTo("aaaa bbbb.");
        assertThat(texts("aaaa bbbb cccc dddd", 12, 0)).first().isEqualTo("aaaa bbbb");
        assertThat(texts("a".repeat(30), 12, 0)).containsExactly("a".repeat(12), "a".repeat(12), "a".repeat(6));
    }

    @Test
    void aPieceRepeatsWholeWordsOfTheOneBeforeIt() {
        List<String> pieces = texts("one two three four five six seven eight nine ten", 20, 9);
        for (int i = 1; i < pieces.size(); i++) {
            String first = pieces.get(i).split(" ", 2)[0];
            assertThat(pieces.get(i - 1)).as(pieces.toString()).contains(first);
        }
        assertThat(pieces.getLast()).endsWith("ten");
    }

    @Test
    void everyCharacterIsInAPieceAndNoneIsCutInTwo() {
        Random random = new Random(7);
        String letters = "ab c.\n#\u00e9\u4e2d\ud83d\ude00 ";
        for (int round = 0; round < 300; round++) {
            String text = IntStream.range(0, random.nextInt(900))
                    .map(i -> letters.codePointAt(
                            letters.offsetByCodePoints(0, random.nextInt(letters.codePointCount(0, letters.length())))))
                    .mapToObj(Character::toString)
                    .collect(Collectors.joining());
            int size = 20 + random.nextInt(60);
            List<Piece> pieces = Chunks.of(text, size, random.nextInt(size / 2));
            int reached = 0;
            for (Piece piece : pieces) {
                assertThat(piece.end() - piece.start()).isBetween(1, size);
                assertThat(piece.start() <= reached
                                || text.substring(reached, piece.start()).isBlank())
                        .as("nothing but white space is left out")
                        .isTrue();
                assertThat(piece.end()).as("it goes on").isGreaterThan(reached);
                reached = piece.end();
                String content = text.substring(piece.start(), piece.end());
                assertThat(Character.isLowSurrogate(content.charAt(0))).isFalse();
                assertThat(Character.isHighSurrogate(content.charAt(content.length() - 1)))
                        .isFalse();
            }
            assertThat(text.substring(reached)).isBlank();
        }
    }

    @Test
    void aPieceTellsWhatItStandsUnder() {
        String text = "# House\n" + "roof ".repeat(10) + "\n## Attic ##\n" + "dust ".repeat(10) + "\n# Garden\n"
                + "rose ".repeat(10);
        List<Piece> pieces = Chunks.of(text, 70, 0);
        assertThat(pieces).extracting(Piece::heading).containsExactly("House", "House > Attic", "Garden");
        assertThat(pieces).extracting(Piece::page).containsOnly(0);
    }

    @Test
    void aPieceStaysOnItsPageAndTellsWhichOneThatIs() {
        String text = "first page " + "a ".repeat(10) + "\fsecond page\fthird page";
        assertThat(Chunks.of(text, 36, 18)).extracting(Piece::page).containsExactly(1, 2, 3);
        assertThat(Chunks.of(text, 13, 0)).extracting(Piece::page).contains(1, 2, 3);
    }
}
