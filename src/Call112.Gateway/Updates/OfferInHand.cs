using System.Globalization;
using System.Security.Cryptography;
using Call112.Gateway.Options;
using Call112.Messages;
using Call112.Station;

namespace Call112.Gateway.Updates;

/// <summary>How the matter of an offer ended.</summary>
internal enum OfferEnd
{
    /// <summary>Handed over, or there is nothing to fetch.</summary>
    Dealt,

    /// <summary>For good: this bundle is not fetched again.</summary>
    GivenUp,

    /// <summary>A newer offer has come, and this one counts no more.</summary>
    Replaced,
}

/// <summary>
/// One offer, from the first look to the whole bundle: which line, how often, how long between, when to give up (decision 0024).
/// Invariants: a bundle that is handed over has the size and the SHA-256 that were offered; over a metered line nothing is fetched unless the offer
/// allows it; a newer offer ends this one within seconds; what is done is always in the folder's last word.
/// </summary>
/// <param name="command">The offer as it lies in the folder: what is there instead, is newer.</param>
/// <param name="jitter">Source of the back-off's jitter; seeded by the caller.</param>
/// <param name="free">Free space in the folder, bytes.</param>
internal sealed class OfferInHand(
    UpdateOffer offer, byte[] command, GatewayOptions options, UpdateFolder folder, TimeProvider time, Random jitter, Func<long> free)
{
    /// <summary>Kept free beside a bundle for the journal and everything else on the same disk: 64 MiB.</summary>
    public const long KeptFree = 64 * MiB;

    private const long MiB = 1 << 20;

    /// <summary>A bundle whose SHA-256 is wrong is fetched so often in all: the first time a power cut or the card may be to blame.</summary>
    private const int WrongMax = 2;

    /// <summary>How often a line, or free space, that is missing is looked for.</summary>
    public static readonly TimeSpan PatienceEvery = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A server without ranges on a line that breaks makes every attempt begin anew: after so many of them a metered line is spared for good, and any other
    /// is tried every <see cref="AnewEvery"/> only.
    /// </summary>
    public const int AnewMax = 4;

    public static readonly TimeSpan AnewEvery = TimeSpan.FromHours(1);

    private BackOff _backOff;
    private int _wrong, _anew;
    private long _longest;

    /// <exception cref="IOException">Or <see cref="UnauthorizedAccessException"/>: the disk refuses; what has come stays.</exception>
    public async Task<OfferEnd> RunAsync(CancellationToken cancel)
    {
        folder.Tidy(offer);
        while (!IsReplaced())
        {
            if (folder.HasBundle(offer))
            {
                folder.HandOver(offer);
                Say("fetched");
                return OfferEnd.Dealt;
            }

            var needed = offer.Bytes - folder.LengthOfPart(offer) + KeptFree;
            if (free() is var there && there < needed)
            {
                Say(string.Create(CultureInfo.InvariantCulture, $"needs {(needed + MiB - 1) / MiB} MiB of free disk, {there / MiB} are there"));
                await WaitAsync(PatienceEvery, cancel);
            }
            else if (await TakeAsync(await RoundAsync(cancel), cancel) is { } end)
                return end;
        }

        return OfferEnd.Replaced;
    }

    /// <summary>Over one line after the other, until one of them has brought something or says what ends the matter.</summary>
    private async Task<Attempt> RoundAsync(CancellationToken cancel)
    {
        var best = new Attempt(AttemptEnd.NoLine);
        foreach (var each in UpdateLine.Of(options, offer.Metered))
        {
            using var line = each;
            var download = new BundleDownload(offer, folder, time, IsReplaced, () => Say("is being fetched"));
            var attempt = await download.RunAsync(line, cancel);
            if (attempt.End is not (AttemptEnd.NoLine or AttemptEnd.Broken) || attempt.Gained > 0)
                return attempt;
            // What a server says is told rather than that another line is not there.
            if (best.Why.Length == 0 || (best.End == AttemptEnd.NoLine && attempt.End == AttemptEnd.Broken))
                best = attempt with { Why = $"{line.Name}: {attempt.Why}" };
        }

        return best;
    }

    /// <summary>Draws the consequence of a round; null: another one follows.</summary>
    private async Task<OfferEnd?> TakeAsync(Attempt attempt, CancellationToken cancel)
    {
        switch (attempt.End)
        {
            case AttemptEnd.Whole when await IsAsOfferedAsync(cancel):
                folder.Complete(offer);
                return null;
            case AttemptEnd.Whole:
                folder.Delete(folder.PartOf(offer));
                return ++_wrong < WrongMax ? null : GiveUp("its SHA-256 is not the one that was offered");
            case AttemptEnd.TooLong:
                return GiveUp(attempt.Why);
            case AttemptEnd.NoLine:
                Say($"waits for {(offer.Metered ? "a line" : "an unmetered line")}{(attempt.Why.Length == 0 ? "" : $" ({attempt.Why})")}");
                await WaitAsync(PatienceEvery, cancel);
                return null;
            case AttemptEnd.Broken:
                return await GoOnAsync(attempt, cancel);
            case AttemptEnd.Replaced:
                return OfferEnd.Replaced;
            default:
                throw new InvalidOperationException($"an attempt without a rule: {attempt.End}");
        }
    }

    /// <summary>Waits for as long as the attempt deserves.</summary>
    private async Task<OfferEnd?> GoOnAsync(Attempt attempt, CancellationToken cancel)
    {
        if (attempt.IsAnew && ++_anew >= AnewMax)
        {
            if (offer.Metered)
                return GiveUp("the server has no ranges, and the line breaks");
            Say("the server has no ranges, and the line breaks: again in an hour");
            await WaitAsync(AnewEvery, cancel);
            return null;
        }

        if (attempt.Gained == 0)
            Say($"cannot be fetched now ({attempt.Why})");
        // Bytes that were never there before are the proof of use (F8); the same ones again are none.
        var isNew = folder.LengthOfPart(offer) > _longest;
        _longest = Math.Max(_longest, folder.LengthOfPart(offer));
        (var wait, _backOff) = (isNew ? default : _backOff).Fail(jitter.NextDouble());
        await WaitAsync(wait, cancel);
        return null;
    }

    private async Task<bool> IsAsOfferedAsync(CancellationToken cancel)
    {
        await using var file = File.OpenRead(folder.PartOf(offer));
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel)) == offer.Sha256;
    }

    private bool IsReplaced() => folder.Waiting() is not { } now || !now.AsSpan().SequenceEqual(command);

    /// <summary>No longer than until a newer offer comes.</summary>
    private async Task WaitAsync(TimeSpan wait, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (wait - time.GetElapsedTime(began) is { Ticks: > 0 } left && !IsReplaced())
            await Task.Delay(left < BundleDownload.LookEvery ? left : BundleDownload.LookEvery, time, cancel);
    }

    private OfferEnd GiveUp(string why)
    {
        folder.GiveUp(offer);
        Say($"given up: {why}");
        return OfferEnd.GivenUp;
    }

    private void Say(string what) => folder.Say($"{offer.Version}: {what}");
}
