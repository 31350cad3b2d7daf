using System.Text;
using Call112.Gateway.Provisioning;
using Call112.Messages;

namespace Call112.Gateway.Updates;

/// <summary>
/// The folder through which an update comes over the line (decision 0024): the service puts the centre's offer there, <c>fetch-update</c> takes it
/// and lays the bundle ready, and the image's installer takes that.
/// Invariants: every file but a part is whole or absent, whatever a power cut hits (F1); what is to be done next is on the disk before what it came
/// from is taken away, so that a cut makes a step be done twice and never not at all.
/// Each method throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when the disk refuses.
/// </summary>
internal sealed class UpdateFolder(string path, DurableFiles files)
{
    /// <summary>The command of the centre, as it came; gone when it is dealt with.</summary>
    public const string OfferFile = "offer.json";

    /// <summary>What became of the newest offer, one line; also written by the installer.</summary>
    public const string SaidFile = "said";

    /// <summary>Bundles that could not be fetched as they were offered, one SHA-256 a line.</summary>
    public const string GivenUpFile = "given-up";

    /// <summary>Bundles that were not taken, or did not prove themselves, one SHA-256 a line; the installer's.</summary>
    public const string RefusedFile = "refused";

    /// <summary>Names the bundle that is ready, and its version in a second line; the installer takes it away.</summary>
    public const string NextFile = "next";

    private const string PartSuffix = ".part", BundleSuffix = ".raucb", DealtSuffix = ".dealt";

    /// <summary>Bundles that are remembered as given up: a box sees a few each year.</summary>
    private const int GivenUpMax = 64;

    private readonly string _path = Path.GetFullPath(path);

    /// <summary>Where the first bytes of a bundle are while the rest is missing.</summary>
    public string PartOf(UpdateOffer offer) => At(offer.Sha256 + PartSuffix);

    /// <summary>Where the whole bundle is.</summary>
    public string BundleOf(UpdateOffer offer) => At(offer.Sha256 + BundleSuffix);

    /// <summary>Bytes that have come; 0 where there is no part.</summary>
    public long LengthOfPart(UpdateOffer offer) => new FileInfo(PartOf(offer)) is { Exists: true } part ? part.Length : 0;

    /// <summary>Whether the whole bundle is there; it has its name only since its SHA-256 was right.</summary>
    public bool HasBundle(UpdateOffer offer) => File.Exists(BundleOf(offer));

    /// <summary>Free space for a file in here, bytes.</summary>
    public long Free() => new DriveInfo(_path).AvailableFreeSpace;

    /// <summary>The service's part: an offer replaces the one that may wait.</summary>
    public void Put(StationCommand offer)
    {
        files.Prepare(At(OfferFile), MessageWriter.Write(offer));
        files.Commit(At(OfferFile));
    }

    /// <summary>The offer that waits, byte by byte; null when there is none.</summary>
    public byte[]? Waiting() => BytesOf(OfferFile);

    /// <summary>Takes an offer away, unless a newer one has come in its place meanwhile.</summary>
    public void Deal(byte[] offer)
    {
        var dealt = At(OfferFile + DealtSuffix);
        try
        {
            // By renaming, not by comparing and deleting: between those two the service may put a newer one there.
            files.Rename(At(OfferFile), dealt);
        }
        catch (FileNotFoundException)
        {
            return;
        }

        if (BytesOf(OfferFile + DealtSuffix) is { } taken && !taken.AsSpan().SequenceEqual(offer) && !File.Exists(At(OfferFile)))
        {
            files.Rename(dealt, At(OfferFile));
            files.SyncFolderOf(dealt);
        }
        else
            files.Delete(dealt);
    }

    /// <summary>What became of the newest offer, cut at the length that the state may have; null while nothing was said.</summary>
    public string? Said()
    {
        if (BytesOf(SaidFile) is not { } bytes)
            return null;
        var line = Encoding.UTF8.GetString(bytes).Split('\n')[0].Trim();
        return line.Length == 0 ? null : Cut(line);
    }

    /// <summary>Writes it, if it is something new.</summary>
    public void Say(string line)
    {
        if (Said() == Cut(line))
            return;
        files.Prepare(At(SaidFile), Encoding.UTF8.GetBytes(line + "\n"));
        files.Commit(At(SaidFile));
    }

    public bool IsGivenUp(UpdateOffer offer) => Lines(GivenUpFile).Concat(Lines(RefusedFile)).Contains(offer.Sha256);

    public void GiveUp(UpdateOffer offer)
    {
        string[] given = [.. Lines(GivenUpFile).Where(line => line != offer.Sha256).TakeLast(GivenUpMax - 1), offer.Sha256];
        files.Prepare(At(GivenUpFile), Encoding.ASCII.GetBytes(string.Join('\n', given) + "\n"));
        files.Commit(At(GivenUpFile));
        Tidy(null);
    }

    /// <summary>Deletes parts and bundles of other offers, but for the one that the installer has in hand.</summary>
    public void Tidy(UpdateOffer? keep)
    {
        var next = Lines(NextFile).FirstOrDefault();
        foreach (var file in Directory.EnumerateFiles(_path).ToList())
        {
            var name = Path.GetFileName(file);
            if ((name.EndsWith(PartSuffix, StringComparison.Ordinal) || name.EndsWith(BundleSuffix, StringComparison.Ordinal))
                && name != next && Path.GetFileNameWithoutExtension(name) != keep?.Sha256)
                files.Delete(file);
        }
    }

    /// <summary>The part is the whole bundle, and on the disk: it gets its name.</summary>
    public void Complete(UpdateOffer offer)
    {
        files.Rename(PartOf(offer), BundleOf(offer));
        files.SyncFolderOf(BundleOf(offer));
    }

    /// <summary>The bundle is handed to the installer.</summary>
    public void HandOver(UpdateOffer offer)
    {
        files.Prepare(At(NextFile), Encoding.ASCII.GetBytes($"{offer.Sha256}{BundleSuffix}\n{offer.Version}\n"));
        files.Commit(At(NextFile));
        Tidy(offer);
    }

    public void Delete(string file) => files.Delete(file);

    private static string Cut(string line) => line.Length <= StationStatus.UpdateMaxLength ? line : line[..StationStatus.UpdateMaxLength];

    private string At(string name) => Path.Combine(_path, name);

    private string[] Lines(string name) => BytesOf(name) is { } bytes
        ? Encoding.ASCII.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        : [];

    private byte[]? BytesOf(string name)
    {
        try
        {
            return File.ReadAllBytes(At(name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
