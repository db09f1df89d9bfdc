// SPDX-License-Identifier: Apache-2.0
package io.ipcq.observe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A process of this machine as the kernel shows it. The process itself is not asked for anything.
 *
 * <p>Thread-safe: immutable.
 *
 * @param pid its number in this pid namespace
 * @param state as in {@code /proc/PID/stat}: R runs, S sleeps, D waits for a device, T is stopped, t is stopped by a
 *     debugger, Z has ended
 * @param user the user that runs it
 * @param command its command line, without what looks like a secret; treat it as hostile text
 * @param started when it was started; null if the kernel does not show that
 */
public record ProcessSight(
        long pid,
        char state,
        String user,
        String command,
        @Nullable Instant started) {

    /** Options of {@code java} whose value is the next word. */
    private static final Set<String> WITH_VALUE = Set.of(
            "-cp",
            "-classpath",
            "--class-path",
            "-p",
            "--module-path",
            "--upgrade-module-path",
            "--add-modules",
            "--add-opens",
            "--add-exports",
            "--add-reads",
            "--limit-modules",
            "--enable-native-access");

    private static final Pattern SECRET = Pattern.compile(
            "(?i)pass(word|wd|phrase)|\\bpass\\b|secret|token|(api|access|private)[-_.]?key|credential");

    /** User and password of an address. */
    private static final Pattern USER = Pattern.compile("://[^/@\\s]*@");

    private static final String HIDDEN = "***";

    /** The process that has this pid; null if there is none, or the kernel does not show it. */
    public static @Nullable ProcessSight of(long pid) {
        Path directory = Path.of("/proc", Long.toString(pid));
        try {
            String stat = Files.readString(directory.resolve("stat"), ISO_8859_1);
            return new ProcessSight(
                    pid,
                    stat.charAt(stat.lastIndexOf(')') + 2),
                    Files.getOwner(directory).getName(),
                    command(directory),
                    ProcessHandle.of(pid)
                            .flatMap(handle -> handle.info().startInstant())
                            .orElse(null));
        } catch (IOException | IndexOutOfBoundsException gone) {
            return null;
        }
    }

    private static String command(Path directory) throws IOException {
        byte[] line = Files.readAllBytes(directory.resolve("cmdline"));
        String text = new String(line, UTF_8);
        return String.join(" ", withoutSecrets(List.of(text.split("\0", 0))));
    }

    /** Everybody may see a command line, but a password in it should not get into a report. */
    static List<String> withoutSecrets(List<String> words) {
        List<String> shown = new ArrayList<>();
        boolean hideNext = false;
        for (String word : words) {
            int equals = word.indexOf('=');
            boolean isSecret = SECRET.matcher(equals < 0 ? word : word.substring(0, equals))
                    .find();
            if (hideNext) {
                shown.add(HIDDEN);
            } else {
                shown.add(
                        isSecret && equals >= 0
                                ? word.substring(0, equals + 1) + HIDDEN
                                : USER.matcher(word).replaceAll("://" + HIDDEN + "@"));
            }
            hideNext = !hideNext && isSecret && equals < 0 && word.startsWith("-");
        }
        return shown;
    }

    /** Whether it is stopped, by SIGSTOP or by a debugger. */
    public boolean isStopped() {
        return state == 'T' || state == 't';
    }

    /** What it runs, in a few words: {@code java} without its options. */
    public String program() {
        String[] words = command.split(" ", 0);
        String first = words[0].substring(words[0].lastIndexOf('/') + 1);
        int next = 1;
        if (first.equals("java")) {
            while (next < words.length && (words[next].startsWith("-") || words[next].startsWith("@"))) {
                next += WITH_VALUE.contains(words[next]) ? 2 : 1;
            }
        }
        StringBuilder program = new StringBuilder(first);
        for (; next < words.length; next++) {
            program.append(' ').append(words[next]);
        }
        return program.toString();
    }
}
