package io.sonia.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        Table table = new Table("NAME", "N");
        table.add("memory-engine", 1);
        table.add("x", 12_345);

        assertThat(table.lines()).containsExactly("NAME           N", "memory-engine  1", "x              12345");
    }

    @Test
    void longCellIsCutAndControlCharactersAreShown() {
        Table table = new Table("TEXT");
        table.add("a".repeat(100));
        table.add("\u001b[31m");

        assertThat(table.lines().get(1)).hasSize(72).endsWith("...");
        assertThat(table.lines().get(2)).isEqualTo("\\u001b[31m");
    }

    @Test
    void rowOfAnotherWidthIsRefused() {
        assertThatThrownBy(() -> new Table("A", "B").add("only one")).hasMessageContaining("expected 2 cells");
    }
}
