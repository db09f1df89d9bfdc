// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The options that a child's JVM finds in its environment. Containers and build tools put options there that every JVM
 * should have.
 *
 * <p>Children get them unchanged, except for two kinds. The first kind observes this JVM and cannot observe a second
 * one, such as a debugger at a port. The second kind contradicts an option that was given for the child. A variable
 * that was given for the child loses the second kind only.
 */
final class EnvironmentOptions {
    /*
     * Idea. There are three variables. A JVM reads JAVA_TOOL_OPTIONS before the command line. The java command reads
     * JDK_JAVA_OPTIONS as if it were the beginning of the command line. A JVM reads _JAVA_OPTIONS after the command
     * line. Blanks separate options. Quotes of both kinds enclose blanks, and are removed. JDK_JAVA_OPTIONS may name
     * files of options as @FILE, the others as -XX:VMOptionsFile=FILE.
     *
     * If all options of a variable are kept, it is passed on byte by byte. Otherwise it is rebuilt from the words that
     * are kept. If an option in a file has to be removed, the words of the file that are kept replace it.
     *
     * References. java(1), "JDK_JAVA_OPTIONS" and "java Command-Line Argument Files"; JVM Tool Interface,
     * "JAVA_TOOL_OPTIONS".
     */

    private static final List<String> VARIABLES = List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");
    private static final String OPTIONS_FILE = "-XX:VMOptionsFile=";

    private final Map<String, String> changed;
    private final List<String> options;

    private EnvironmentOptions(Map<String, String> changed, List<String> options) {
        this.changed = changed;
        this.options = options;
    }

    /**
     * The options that a child will find.
     *
     * @param inherited the environment of this JVM
     * @param given variables for the child
     * @param childOptions options that are given for the child, which win over those of the environment
     */
    static EnvironmentOptions of(Map<String, String> inherited, Map<String, String> given, List<String> childOptions) {
        Map<String, String> changed = new HashMap<>();
        List<String> options = new ArrayList<>();
        for (String variable : VARIABLES) {
            boolean isGiven = given.containsKey(variable);
            String text = isGiven ? given.get(variable) : inherited.get(variable);
            if (text == null || text.isBlank()) {
                continue;
            }
            List<String> words = words(text, false);
            List<String> expanded = expanded(words);
            List<String> kept = expanded.stream()
                    .filter(option -> isGiven || !JvmOptionKind.OBSERVER.is(option))
                    .filter(option -> !contradicts(option, childOptions))
                    .toList();
            if (!kept.equals(expanded)) {
                changed.put(variable, text(kept));
            }
            options.addAll(kept);
        }
        return new EnvironmentOptions(changed, options);
    }

    private static boolean contradicts(String option, List<String> childOptions) {
        return JvmOptionKind.of(option)
                .map(kind -> switch (kind) {
                    case COLLECTOR -> kind.isAmong(childOptions);
                    case LARGEST_HEAP, FIRST_HEAP -> JvmOptionKind.LARGEST_HEAP.isAmong(childOptions);
                    case OBSERVER -> false;
                })
                .orElse(false);
    }

    /** The variables that have to differ from those of this JVM. */
    Map<String, String> changed() {
        return changed;
    }

    /** All options that the child will find, in the order in which it finds them. */
    List<String> options() {
        return options;
    }

    /** The words of a text. Blanks separate them, unless quotes enclose the blanks. */
    static List<String> words(String text) {
        return words(text, false);
    }

    private static List<String> expanded(List<String> words) {
        List<String> expanded = new ArrayList<>();
        for (String word : words) {
            String file = word.startsWith("@") && !word.startsWith("@@")
                    ? word.substring(1)
                    : word.startsWith(OPTIONS_FILE) ? word.substring(OPTIONS_FILE.length()) : null;
            try {
                if (file == null) {
                    expanded.add(word);
                } else {
                    expanded.addAll(words(Files.readString(Path.of(file)), true));
                }
            } catch (IOException | RuntimeException unreadable) {
                expanded.add(word); // the child's JVM says what is wrong with it
            }
        }
        return expanded;
    }

    /** Takes a text apart at blanks that no quotes enclose. */
    private static List<String> words(String text, boolean isFile) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else if (isFile && c == '\\' && i + 1 < text.length()) {
                    word.append(escaped(text.charAt(++i)));
                } else {
                    word.append(c);
                }
            } else if (c == '"' || c == '\'') {
                quote = c;
                inWord = true;
            } else if (Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else if (isFile && c == '#' && !inWord) {
                while (i + 1 < text.length() && text.charAt(i + 1) != '\n') {
                    i++;
                }
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    private static char escaped(char c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'f' -> '\f';
            default -> c;
        };
    }

    private static String text(List<String> words) {
        return String.join(" ", words.stream().map(EnvironmentOptions::quoted).toList());
    }

    /** Quotes each part that holds blanks or the other kind of quotes. */
    private static String quoted(String word) {
        if (word.chars().noneMatch(c -> c == '"' || c == '\'' || Character.isWhitespace(c)) && !word.isEmpty()) {
            return word;
        }
        return '"' + word.replace("\"", "\"'\"'\"") + '"';
    }
}
