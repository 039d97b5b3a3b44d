package io.sonia.verifier;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A Merkle tree in the making: the roots of its full subtrees, at most one of each height. */
final class CompactRange {

    private record Subtree(int height, byte[] root) {}

    private final Deque<Subtree> stack = new ArrayDeque<>();
    private long size;

    /** The heights of the full subtrees that the leaves before {@code size} are, the largest first. */
    static List<Integer> heightsBefore(long size) {
        List<Integer> heights = new ArrayList<>();
        for (int height = Long.SIZE - 1; height >= 0; height--) {
            if ((size >> height & 1) == 1) {
                heights.add(height);
            }
        }
        return heights;
    }

    /** The heights of the full subtrees that the leaves from {@code from} to before {@code size} are, from the left. */
    static List<Integer> heightsBetween(long from, long size) {
        List<Integer> heights = new ArrayList<>();
        long at = from;
        while (at < size) {
            int fits = Long.SIZE - 1 - Long.numberOfLeadingZeros(size - at);
            int height = Math.min(fits, Long.numberOfTrailingZeros(at));
            heights.add(height);
            at += 1L << height;
        }
        return heights;
    }

    long size() {
        return size;
    }

    /** Puts subtrees after what is there; their heights must be those that come next. */
    void addAll(List<Integer> heights, List<byte[]> roots) {
        for (int i = 0; i < heights.size(); i++) {
            add(heights.get(i), roots.get(i));
        }
    }

    void addLeaf(byte[] leaf) {
        add(0, leaf);
    }

    private void add(int height, byte[] root) {
        Subtree top = new Subtree(height, root);
        while (!stack.isEmpty() && stack.peek().height() == top.height()) {
            top = new Subtree(top.height() + 1, Merkle.node(stack.pop().root(), top.root()));
        }
        stack.push(top);
        size += 1L << height;
    }

    Tree tree() {
        byte[] root = null;
        for (Subtree each : stack) {
            root = root == null ? each.root() : Merkle.node(each.root(), root);
        }
        return root == null ? Tree.EMPTY : new Tree(size, root);
    }
}
