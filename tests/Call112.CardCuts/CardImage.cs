namespace Call112.CardCuts;

/// <summary>
/// The card on its way through the log: its table of partitions, and those partitions that somebody wants to look at. Invariant: what the last flush
/// covers is there whole in every cut. The last partition may have grown in the log, so it is followed to the card's end, and a cut gives as much of it
/// as the table of that very cut says.
/// </summary>
internal sealed class CardImage
{
    private const string Head = "head", Tail = "tail", Growing = "data";

    private readonly List<Partition> _parts;
    private readonly long _sectors;
    private readonly string _folder;

    /// <exception cref="InvalidDataException">The card has no such partition.</exception>
    public CardImage(string card, IEnumerable<string> names, string folder)
    {
        (_folder, _sectors) = (folder, new FileInfo(card).Length / BlockLog.SectorBytes);
        var table = PartitionTable.Read(card) ?? throw new InvalidDataException($"{card}: no partitions");
        _parts =
        [
            Partition.Of(card, Head, 0, PartitionTable.HeadSectors, folder),
            Partition.Of(card, Tail, _sectors - PartitionTable.TailSectors, PartitionTable.TailSectors, folder),
        ];
        foreach (var name in names)
        {
            var (first, sectors) = table.TryGetValue(name, out var row) ? row : throw new InvalidDataException($"{card}: no partition {name}");
            _parts.Add(Partition.Of(card, name, first, name == Growing ? _sectors - PartitionTable.TailSectors - first : sectors, folder));
        }
    }

    public Partition this[string name] => _parts.Single(part => part.Name == name);

    public void Settle(BlockLog log, IReadOnlyCollection<BlockWrite> writes)
    {
        foreach (var part in _parts)
            part.Settle(log, writes);
    }

    /// <summary>A file for each partition as a power cut leaves it; null when no table is left.</summary>
    public IReadOnlyDictionary<string, string>? Cut(BlockLog log, IReadOnlyCollection<BlockWrite> pending, Random dice)
    {
        var left = _parts.ToDictionary(part => part.Name, part => part.Cut(log, pending, dice));
        var card = Path.Combine(_folder, "card.cut");
        File.Copy(left[Head], card, overwrite: true);
        using (var file = File.OpenWrite(card))
        {
            file.SetLength(_sectors * BlockLog.SectorBytes);
            file.Position = (_sectors - PartitionTable.TailSectors) * BlockLog.SectorBytes;
            file.Write(File.ReadAllBytes(left[Tail]));
        }

        if (PartitionTable.Read(card) is not { } table)
            return null;
        if (left.TryGetValue(Growing, out var growing))
            using (var file = File.OpenWrite(growing))
                file.SetLength(table[Growing].Sectors * BlockLog.SectorBytes);
        return left;
    }
}
