namespace Call112.Fuzz;

/// <summary>The committed inputs: seeds from the contract and our own writers, what fuzzing found to reach new branches, and every finding.</summary>
public static class Corpus
{
    /// <summary>All inputs of a target, in an order that does not depend on the disk.</summary>
    public static IReadOnlyList<(string Name, byte[] Content)> Of(string target)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "corpus", target);
        return [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)))];
    }
}
