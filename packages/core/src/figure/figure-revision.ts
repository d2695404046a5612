/** Counts the changes of how figures move and are painted from the same rig and performance; it is part of what spans with figures are named by. A test of the painter tells when to raise it. */
export const figureRevision = 1;
