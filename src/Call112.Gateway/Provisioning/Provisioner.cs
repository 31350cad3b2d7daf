using Call112.Gateway.Options;
using Call112.Messages;

namespace Call112.Gateway.Provisioning;

/// <summary>
/// One boot's look at the card (decision 0020). Order, so that a power cut anywhere leaves a box whose next run ends in the same state (F1, F19), and
/// the key always in at least one whole file: both new files written beside those in force, the former station's journal aside, station.json and
/// identity.json in force, then zeros over the card's file, the text for people, and last the end of the card's file, which is the sign that
/// nothing is left to do.
/// </summary>
internal sealed class Provisioner(CardFolder card, DataFolder data, FormerJournal journal, string? serial)
{
    /// <summary>Never throws for what disks, cards and files do.</summary>
    public ProvisioningResult Run()
    {
        data.Tidy();
        var inForce = data.Read();
        var brought = card.Read();
        if (brought.Unreadable is { } unreadable)
            return Refuse(ProvisioningOutcome.CardUnreadable, inForce, new Said { Reason = unreadable });
        if (brought.Error is { } refused)
            return Refuse(ProvisioningOutcome.Wrong, inForce, new Said { Errors = [refused] });
        if (brought.Content is not { } content)
            return WithoutCard(inForce, brought.LooksLike ?? []);
        if (IsHalfWiped(content, inForce))
            return FinishWiping(inForce);
        var judged = data.Judge(content);
        return judged.Options is { } options
            ? Accept(content, options, inForce)
            : Refuse(ProvisioningOutcome.Wrong, inForce, new Said { Errors = judged.Errors });
    }

    /// <summary>
    /// Zeros where a run that was cut had come to, the accepted file's bytes where it had not. A new file that a bad copy filled with zeros differs
    /// in its length.
    /// </summary>
    internal static bool IsHalfWiped(ReadOnlySpan<byte> content, InForce inForce)
    {
        if (inForce.Options is null || inForce.Content is not { } accepted || content.Length != accepted.Length || !content.Contains((byte)0))
            return false;
        for (var i = 0; i < content.Length; i++)
            if (content[i] != 0 && content[i] != accepted[i])
                return false;
        return true;
    }

    private ProvisioningResult Accept(byte[] content, GatewayOptions options, InForce inForce)
    {
        var id = options.Station.Id;
        var former = inForce.Options?.Station.Id ?? inForce.Identity?.StationId;
        string? aside;
        try
        {
            data.Prepare(content, BoundIdentity.Of(id, serial, content));
            aside = journal.SetAside(options.JournalPath, id, former);
            data.Commit();
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            // Some of it may be in force already: what the next start of the gateway finds counts.
            return Refuse(ProvisioningOutcome.DataUnwritable, data.Read(), new Said { Reason = e.Message });
        }

        var isReplaced = inForce.IsOfAnother(serial) || (former is not null && former != id);
        var outcome = serial is null ? ProvisioningOutcome.Unbound
            : isReplaced ? ProvisioningOutcome.Replaced : ProvisioningOutcome.Provisioned;
        var note = isReplaced ? $" in place of {former} on board {Name(inForce.Identity?.BoardSerial)}" : "";
        if (aside is not null)
            note += $"; the former journal is now {aside}";
        return Wipe(Told(outcome, options, isArmed: true, new Said { Note = note }), options);
    }

    /// <summary>A cut came between the first zero and the end of the card's file; everything before that had been done.</summary>
    private ProvisioningResult FinishWiping(InForce inForce)
    {
        var options = inForce.Options!;
        if (inForce.IsOfAnother(serial))
        {
            // A card that was copied just then: its key goes, and it is a copy like any other.
            card.Zero();
            card.Delete();
            return WithoutCard(inForce, []);
        }

        var outcome = serial is null ? ProvisioningOutcome.Unbound : ProvisioningOutcome.Provisioned;
        return Wipe(Told(outcome, options, isArmed: true, new Said { Note = "; an earlier run had been cut off" }), options);
    }

    private ProvisioningResult Wipe(ProvisioningResult done, GatewayOptions options)
    {
        if (card.Zero() is { } wet)
            return NotWiped(wet, options);
        // Its text does not depend on the way here: after a cut the same one is written.
        card.Tell(CardFolder.OkFile, TextOf(new Telling(ProvisioningOutcome.Provisioned, NameOf(options), IsArmed: true)));
        return card.Delete() is { } stays ? NotWiped(stays, options) : done;
    }

    private ProvisioningResult NotWiped(string reason, GatewayOptions options) =>
        Told(ProvisioningOutcome.CardNotWiped, options, isArmed: true, new Said { Reason = reason });

    private ProvisioningResult WithoutCard(InForce inForce, IReadOnlyList<string> looksLike)
    {
        if (inForce.Options is not { } options)
            return Refuse(
                inForce.Errors.Count == 0 ? ProvisioningOutcome.Missing : ProvisioningOutcome.Spoiled, inForce,
                new Said { Errors = inForce.Errors, LooksLike = looksLike });
        if (inForce.IsOfAnother(serial))
            return Refuse(ProvisioningOutcome.Cloned, inForce, new Said { LooksLike = looksLike });
        // What was wrong with a file that is gone is wrong no longer.
        card.ForgetError();
        if (serial is null)
            return Told(ProvisioningOutcome.Unbound, options, isArmed: true, new Said());
        if (inForce.Identity is { } identity && identity.BoardSerial == serial && identity.StationId == options.Station.Id)
        {
            var note = identity.StationFileSha256 == BoundIdentity.HashOf(inForce.Content) ? "" : "; its file was edited in the box";
            return Told(ProvisioningOutcome.Unchanged, options, isArmed: true, new Said { Note = note });
        }

        return Adopt(inForce.Content!, options, inForce.Identity);
    }

    /// <summary>
    /// Binds what is in force. Where that cannot be written the box is armed all the same (F3), and it is tried again at the next boot.
    /// </summary>
    private ProvisioningResult Adopt(byte[] content, GatewayOptions options, BoundIdentity? identity)
    {
        var note = "";
        try
        {
            if (journal.SetAside(options.JournalPath, options.Station.Id, identity?.StationId) is { } aside)
                note = $"; the former journal is now {aside}";
            data.Bind(BoundIdentity.Of(options.Station.Id, serial, content));
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            note += $"; that could not be written: {e.Message}";
        }

        return Told(ProvisioningOutcome.Adopted, options, isArmed: true, new Said { Note = note });
    }

    /// <summary>Nothing new is in force. Says why on the card, and whether the former station.json lets the box sound all the same.</summary>
    private ProvisioningResult Refuse(ProvisioningOutcome outcome, InForce inForce, Said said)
    {
        var isArmed = inForce.Options is not null && !inForce.IsOfAnother(serial);
        if (outcome != ProvisioningOutcome.CardUnreadable)
            card.Tell(CardFolder.ErrorFile, TextOf(TellingOf(outcome, inForce.Options, isArmed, said)));
        return Told(outcome, inForce.Options, isArmed, said);
    }

    private ProvisioningResult Told(ProvisioningOutcome outcome, GatewayOptions? options, bool isArmed, Said said)
    {
        var telling = TellingOf(outcome, options, isArmed, said);
        var reason = said.Errors.Count > 0 ? string.Join("; ", said.Errors) : said.Reason;
        var about = reason.Length > 0 ? ": " + reason : "";
        var who = $"{options?.Station.Id ?? "no station"} on board {Name(serial)}";
        var english = $"{outcome}: {who}{said.Note}{about}; {(isArmed ? "armed" : "not armed")}".ReplaceLineEndings(" ");
        return new ProvisioningResult(outcome, telling.Station, isArmed, english, ProvisioningTexts.Indonesian.LinesOf(telling));
    }

    private static Telling TellingOf(ProvisioningOutcome outcome, GatewayOptions? options, bool isArmed, Said said) =>
        new(outcome, options is null ? null : NameOf(options), isArmed) { Errors = said.Errors, LooksLike = said.LooksLike, Reason = said.Reason };

    /// <summary>Bahasa Indonesia first, English below: whoever opens the file on a telephone sees the first lines.</summary>
    private static string TextOf(Telling telling)
    {
        string Part(ProvisioningTexts texts) => $"CALL112 - {texts.TitleOf(telling)}\n\n{string.Join('\n', texts.LinesOf(telling))}\n";
        return $"{Part(ProvisioningTexts.Indonesian)}\n----------------------------------------\n(English)\n\n{Part(ProvisioningTexts.English)}";
    }

    private static string NameOf(GatewayOptions options) => options.Station.Name.Length == 0 || options.Station.Name == options.Station.Id
        ? options.Station.Id
        : $"{options.Station.Name} ({options.Station.Id})".ReplaceLineEndings(" ");

    private static string Name(string? boardSerial) => boardSerial ?? "without a serial";

    /// <summary>The particulars of an outcome.</summary>
    private sealed record Said
    {
        public IReadOnlyList<FieldError> Errors { get; init; } = [];

        public IReadOnlyList<string> LooksLike { get; init; } = [];

        public string Reason { get; init; } = "";

        /// <summary>For the log alone.</summary>
        public string Note { get; init; } = "";
    }
}
