// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Files of a package that name each other, directly or through others: they are read together, or not at all. */
public final class FileCircles {

    /** For each file those of its package that it names. */
    private final Map<String, Set<String>> named = new HashMap<>();

    private FileCircles(JavaClasses classes) {
        for (JavaClass type : classes) {
            Set<String> names = named.computeIfAbsent(file(type), any -> new TreeSet<>());
            type.getDirectDependenciesFromSelf().stream()
                    .map(use -> use.getTargetClass().getBaseComponentType())
                    .filter(target -> target.getPackageName().equals(type.getPackageName()))
                    .map(FileCircles::file)
                    .forEach(names::add);
        }
    }

    private static String file(JavaClass type) {
        return type.getName().replaceFirst("[$].*", "");
    }

    /** The largest circle of each package, if it has more than one file. */
    public static Map<String, Set<String>> largest(JavaClasses classes) {
        FileCircles circles = new FileCircles(classes);
        Map<String, Set<String>> largest = new TreeMap<>();
        for (String file : circles.named.keySet()) {
            Set<String> circle = circles.circle(file);
            if (circle.size() > 1) {
                largest.merge(
                        file.substring(0, file.lastIndexOf('.')),
                        circle,
                        (one, other) -> one.size() >= other.size() ? one : other);
            }
        }
        return largest;
    }

    private Set<String> circle(String file) {
        Set<String> circle = new TreeSet<>(reached(file));
        circle.removeIf(other -> !reached(other).contains(file));
        return circle;
    }

    private Set<String> reached(String from) {
        Set<String> reached = new TreeSet<>(Set.of(from));
        Deque<String> ahead = new ArrayDeque<>(reached);
        while (!ahead.isEmpty()) {
            named.getOrDefault(ahead.remove(), Set.of()).stream()
                    .filter(reached::add)
                    .forEach(ahead::add);
        }
        return reached;
    }
}
