using System.Globalization;

namespace Call112.CardCuts;

/// <summary>A dispatch that was acknowledged when the log was so long.</summary>
internal readonly record struct Acknowledgement(long At, Guid Dispatch)
{
    /// <exception cref="InvalidDataException">A line is not a length and an id, or there is none.</exception>
    public static IReadOnlyList<Acknowledgement> Read(string path)
    {
        Acknowledgement[] all = [.. File.ReadLines(path).Select((line, i) =>
            line.Split(' ') is [var length, var id] && long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            && Guid.TryParse(id, out var dispatch)
                ? new Acknowledgement(at, dispatch)
                : throw new InvalidDataException($"{path}: line {i + 1} is not \"LENGTH DISPATCH-ID\": {line}"))];
        return all.Length > 0 ? all : throw new InvalidDataException($"{path}: nothing was acknowledged, so nothing can be lost");
    }
}

/// <summary>What an update wrote to the partitions of system B.</summary>
internal sealed record InstalledFiles(string Boot, string Root)
{
    public static InstalledFiles In(string folder) => new(Path.Combine(folder, "boot.img"), Path.Combine(folder, "root.img"));
}

/// <summary>What a power cut must not take.</summary>
internal abstract record Promise
{
    /// <summary>Partitions that it is about.</summary>
    public abstract IReadOnlyList<string> Partitions { get; }

    /// <summary>From which entry on it can be broken.</summary>
    public virtual int Begins(BlockLog log) => 1;

    /// <summary>Every dispatch that was acknowledged to the broker (F1).</summary>
    internal sealed record OfDispatches(IReadOnlyList<Acknowledgement> All) : Promise
    {
        public override IReadOnlyList<string> Partitions => ["data"];

        public override int Begins(BlockLog log) => log.Writes.TakeWhile(write => write.End < All[0].At).Count();
    }

    /// <summary>The technician's file, on its way from the card into the box.</summary>
    internal sealed record OfStationFile(byte[] Content) : Promise
    {
        public override IReadOnlyList<string> Partitions => ["bootcfg", "data"];
    }

    /// <summary>A system that starts.</summary>
    internal sealed record OfUpdate(InstalledFiles Files) : Promise
    {
        public override IReadOnlyList<string> Partitions => ["boot_b", "root_b"];
    }
}
