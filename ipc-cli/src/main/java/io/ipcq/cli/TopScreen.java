// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStyle;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp.Capability;

/** The live view on a terminal: the only class that uses JLine. */
final class TopScreen {
    /*
     * One thread does everything: it waits for a key until the next look is due. What the terminal was like is put back
     * in any case in which this JVM can still do something.
     */

    private static final Size USUAL = new Size(80, 24);

    private TopScreen() {}

    /** Shows one sample after the other until the user quits, or the terminal is gone. */
    static void show(TopSampler sampler, TopView view, Duration interval, boolean hasColours)
            throws IOException, InterruptedException {
        try (Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .provider("exec") // no native code for what stty can do
                .build()) {
            Attributes before = terminal.enterRawMode();
            Thread putBack = new Thread(() -> leave(terminal, before), "ipcq-top-end");
            Runtime.getRuntime().addShutdownHook(putBack);
            try {
                terminal.puts(Capability.enter_ca_mode);
                terminal.puts(Capability.cursor_invisible);
                loop(terminal, sampler, view, interval, hasColours);
            } finally {
                leave(terminal, before);
                removeHook(putBack);
            }
        }
    }

    private static void leave(Terminal terminal, Attributes before) {
        terminal.puts(Capability.cursor_visible);
        terminal.puts(Capability.exit_ca_mode);
        terminal.setAttributes(before);
        terminal.flush();
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // it runs, and does the same
        }
    }

    private static void loop(Terminal terminal, TopSampler sampler, TopView view, Duration interval, boolean hasColours)
            throws IOException, InterruptedException {
        Display display = new Display(terminal, true);
        TopSample sample = sampler.next();
        long next = System.nanoTime() + interval.toNanos();
        Size drawn = null;
        boolean goesOn = true;
        while (goesOn) {
            Size size = size(terminal);
            if (drawn == null || drawn.getColumns() != size.getColumns() || drawn.getRows() != size.getRows()) {
                display.clear();
                display.resize(size.getRows(), size.getColumns());
                drawn = size;
            }
            draw(display, view.screen(sample, size.getRows()), size.getColumns(), hasColours);
            long left = Duration.ofNanos(next - System.nanoTime()).toMillis();
            TopKey key = TopKey.read(terminal.reader()::read, left);
            goesOn = key.kind() != TopKey.Kind.END && view.key(key);
            if (System.nanoTime() - next >= 0) {
                next = System.nanoTime() + interval.toNanos();
                sample = view.isPaused() ? sample : sampler.next();
            }
        }
    }

    /** The terminal may not say. */
    private static Size size(Terminal terminal) {
        Size size = terminal.getSize();
        return size.getColumns() > 0 && size.getRows() > 0 ? size : USUAL;
    }

    /** Some characters take two columns, and some none. */
    private static void draw(Display display, List<TopView.Line> lines, int width, boolean hasColours) {
        display.update(
                lines.stream()
                        .map(line -> new AttributedString(
                                        line.text(), style(hasColours ? line.style() : Screen.Style.PLAIN))
                                .columnSubSequence(0, width))
                        .collect(Collectors.toCollection(ArrayList::new)), // which it changes
                -1);
    }

    private static AttributedStyle style(Screen.Style style) {
        return switch (style) {
            case PLAIN -> AttributedStyle.DEFAULT;
            case STRONG -> AttributedStyle.BOLD;
            case FAINT -> AttributedStyle.DEFAULT.faint();
            case ALARM -> AttributedStyle.DEFAULT.foreground(AttributedStyle.RED);
            case GOOD -> AttributedStyle.DEFAULT.foreground(AttributedStyle.GREEN);
        };
    }
}
