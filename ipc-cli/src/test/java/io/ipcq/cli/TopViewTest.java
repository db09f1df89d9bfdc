// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopViewTest {

    private final TopView view = new TopView(TopView.Sorting.QUEUE, "");

    private static TopRow row(String queue, long size, double in) {
        return new TopRow(
                queue, "ring", "open", size * 1_000_000_000, null, null, size, in, 0.0, 0, 0, 1, 0, List.of());
    }

    private static TopSample sample(TopRow... rows) {
        return new TopSample(List.of(rows), 0, new Surroundings.Look(List.of(), Map.of(), List.of(), List.of()));
    }

    private static final TopSample THREE =
            sample(row("/a/letters", 3, 0.5), row("/b/orders", 100, 7), row("/c/Letters", 20, 41_000));

    /** What a terminal sends. */
    private boolean press(String keys) throws Exception {
        ByteArrayInputStream in = new ByteArrayInputStream(keys.getBytes(StandardCharsets.US_ASCII));
        boolean goesOn = true;
        while (in.available() > 0) {
            goesOn = view.key(TopKey.read(millis -> in.available() > 0 ? in.read() : -2, 1));
        }
        return goesOn;
    }

    private List<String> screen(TopSample sample) {
        return view.screen(sample, 12).stream().map(TopView.Line::text).toList();
    }

    private List<String> queues() {
        return screen(THREE).stream()
                .filter(line -> line.startsWith("ring"))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .toList();
    }

    @Test
    void shouldFillScreen() {
        assertThat(screen(THREE)).hasSize(12);
        assertThat(screen(THREE).get(0)).contains("3 queues", "sorted by queue");
        assertThat(screen(THREE)).anySatisfy(line -> assertThat(line).contains("41000", "/c/Letters"));
        for (int height = 0; height < 8; height++) {
            assertThat(view.screen(THREE, height)).hasSize(height);
        }
    }

    @Test
    void shouldSortByKeys() throws Exception {
        assertThat(queues()).containsExactly("/a/letters", "/b/orders", "/c/Letters");
        press(">");
        assertThat(screen(THREE).get(0)).contains("sorted by oldest");
        assertThat(queues()).containsExactly("/b/orders", "/c/Letters", "/a/letters");
        press(">");
        assertThat(queues()).containsExactly("/b/orders", "/c/Letters", "/a/letters");
        press("\u001b[C");
        assertThat(queues()).containsExactly("/c/Letters", "/b/orders", "/a/letters");
        press("<\u001bOD<<");
        assertThat(screen(THREE).get(0)).contains("sorted by dead");
    }

    @Test
    void shouldFilterWhatIsTyped() throws Exception {
        press("/lexx\u007f\u007ft");
        assertThat(queues()).containsExactly("/a/letters", "/c/Letters");
        assertThat(screen(THREE).get(11)).contains("filter: let_");
        assertThat(press("q\u007f")).isTrue();
        press("\r");
        assertThat(queues()).hasSize(2);
        assertThat(press("\u001b")).isTrue();
        assertThat(queues()).hasSize(3);
    }

    @Test
    void shouldPauseAndQuit() throws Exception {
        press(" ");
        assertThat(view.isPaused()).isTrue();
        assertThat(screen(THREE).get(0)).contains("PAUSED");
        assertThat(press(" ")).isTrue();
        assertThat(view.isPaused()).isFalse();
        assertThat(press("q")).isFalse();
        assertThat(press("\u0003")).isFalse();
    }

    @Test
    void shouldScrollNoFurtherThanThereIs() throws Exception {
        TopSample many = sample(
                IntStream.range(10, 60).mapToObj(n -> row("/queue" + n, n, 0)).toArray(TopRow[]::new));
        assertThat(screen(many)).anySatisfy(line -> assertThat(line).endsWith("/queue10"));
        press("\u001b[B\u001b[6~\u001b[6~\u001b[6~\u001b[6~");
        assertThat(screen(many).get(10)).endsWith("/queue59");
        press("\u001b[A");
        assertThat(screen(many).get(10)).endsWith("/queue58");
        press("\u001b[5~\u001b[5~\u001b[5~\u001b[5~");
        assertThat(screen(many)).anySatisfy(line -> assertThat(line).endsWith("/queue10"));
    }

    @Test
    void shouldShowReasonsAndBeHarmless() {
        TopRow stalled = new TopRow(
                HarmlessTest.HOSTILE,
                "journal",
                "open",
                null,
                null,
                null,
                1,
                null,
                null,
                0,
                0,
                null,
                null,
                List.of(new TopRow.Reason("full", "pid 1 (" + HarmlessTest.HOSTILE + ") waits")));
        assertThat(screen(sample(stalled)))
                .anySatisfy(line -> assertThat(line).startsWith("full: "))
                .anySatisfy(line -> assertThat(line).containsPattern("journal +- +- +- +1 +- +- +0 +0 +\\? +\\?"))
                .allSatisfy(line -> assertThat(HarmlessTest.harmful(line)).isFalse());
    }
}
