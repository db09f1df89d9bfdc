// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import io.ipcq.manager.Manager;
import io.ipcq.manager.SharedArray;
import io.ipcq.manager.SharedValue;
import io.ipcq.pool.ProcessPool;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Question: how do the workers of a pool share what they find out?
 *
 * <p>A set, a value and an array of a manager. None of them is locked: what depends on what was there before is said as
 * a function of it, and tried again if another worker came between.
 *
 * <p>Command: {@code ./ipcq demo state}
 *
 * <p>Expected output:
 *
 * <pre>
 * words: [and, cat, dog, hippopotamus, saw, the]
 * the longest: hippopotamus
 * of 3 letters: 10
 * of 12 letters: 1
 * </pre>
 */
public final class Sample14SharedState {

    private static final int WORKERS = 2;
    private static final int LETTERS = 20;
    private static final List<String> TEXT =
            List.of("the", "cat", "saw", "the", "hippopotamus", "and", "the", "dog", "saw", "the", "cat");

    private Sample14SharedState() {}

    public static void main(String[] args) throws Exception {
        try (Manager manager = Manager.start();
                ProcessPool pool = ProcessPool.builder().workers(WORKERS).create()) {
            Set<String> words = manager.set("words", String.class);
            SharedValue<String> longest = manager.value("longest", String.class);
            SharedArray<Integer> lengths = manager.array("lengths", Integer.class, LETTERS);
            pool.map(word -> note(word, words, longest, lengths), TEXT);

            System.out.println("words: " + new TreeSet<>(words));
            System.out.println("the longest: " + longest.get());
            for (int length = 0; length < LETTERS; length++) {
                Integer found = lengths.get(length);
                if (found != null) {
                    System.out.println("of " + length + " letters: " + found);
                }
            }
        }
    }

    static boolean note(String word, Set<String> words, SharedValue<String> longest, SharedArray<Integer> lengths) {
        longest.updateAndGet(before -> before == null || word.length() > before.length() ? word : before);
        lengths.updateAndGet(word.length(), found -> found == null ? 1 : found + 1);
        return words.add(word);
    }
}
