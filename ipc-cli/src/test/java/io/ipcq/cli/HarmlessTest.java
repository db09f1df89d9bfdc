// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HarmlessTest {

    /** A name that does all that a name can do to a terminal. */
    static final String HOSTILE =
            "\u001b[2J\u001b]0;title\u0007\u0000\r\n\t\u202egnp\u2066\u200b\u009b31m\u007f\ud800\udb40\udc41";

    @Test
    void shouldLeaveNothingThatTerminalsObey() {
        int[] left = IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(point -> harmful(Harmless.line(Character.toString(point))))
                .toArray();
        assertThat(left).isEmpty();
        assertThat(harmful(Harmless.line(HOSTILE))).isFalse();
    }

    static boolean harmful(String text) {
        return text.chars().anyMatch(Character::isISOControl)
                || text.codePoints()
                        .anyMatch(point -> Character.getType(point) == Character.FORMAT
                                || Character.getType(point) == Character.SURROGATE
                                || point == 0x2028
                                || point == 0x2029);
    }

    @Test
    void shouldLeaveTextAsItIs() {
        String text = "Grüße, 你好, 🙂 \\u001b \"quoted\"";
        assertThat(Harmless.line(text)).isSameAs(text);
        assertThat(Harmless.line("a\u001b[31mb")).isEqualTo("a\\u001b[31mb");
    }

    @Test
    void shouldCutNamesThatNobodyReads() {
        String name = "a".repeat(9_999) + "\u001b";
        assertThat(Harmless.name(name)).hasSizeLessThan(300).contains("more)").endsWith("\\u001b");
        assertThat(Harmless.name("orders")).isEqualTo("orders");
    }

    @Test
    void shouldLetOthersPrintNothingButLines() throws IOException {
        StringWriter target = new StringWriter();
        try (Writer writer = Harmless.writer(target)) {
            writer.write("one\n\u001b[2Jtwo\n");
            writer.write('\u001b');
            writer.write("\u202e".toCharArray());
        }
        assertThat(target).hasToString("one\n\\u001b[2Jtwo\n\\u001b\\u202e");
    }
}
