using Call112.Gateway.Options;
using Call112.Messages;

namespace Call112.Gateway.Updates;

/// <summary>
/// Deals with the offers that wait in the folder, one after the other, and ends when none is left. An offer stays in the folder until it is dealt
/// with, so that a power cut at any moment leads to the same end (F1).
/// </summary>
/// <param name="system">Version of the image that runs; null where there is none.</param>
/// <param name="jitter">Source of the back-off's jitter; seeded by the caller.</param>
/// <param name="free">Free space in the folder, bytes.</param>
internal sealed class UpdateFetcher(
    GatewayOptions options, UpdateFolder folder, string? system, TimeProvider time, Random jitter, Func<long> free)
{
    /// <summary>False when the newest offer was given up.</summary>
    /// <exception cref="IOException">Or <see cref="UnauthorizedAccessException"/>: the disk refuses; the offer stays.</exception>
    public async Task<bool> RunAsync(CancellationToken cancel)
    {
        var end = OfferEnd.Dealt;
        while (folder.Waiting() is { } command)
        {
            end = await DealAsync(command, cancel);
            if (end != OfferEnd.Replaced)
                folder.Deal(command);
        }

        return end != OfferEnd.GivenUp;
    }

    private async Task<OfferEnd> DealAsync(byte[] command, CancellationToken cancel)
    {
        var parsed = MessageReader.ReadCommand(command);
        if (parsed.Value?.Update is not { } offer)
        {
            // The service writes only what it has read; a card may still hold anything (F2).
            folder.Say($"the offer cannot be read: {(parsed.Value is null ? parsed.Reason : "it is another command")}");
            return OfferEnd.GivenUp;
        }

        if (offer.Version == system)
        {
            folder.Tidy(null);
            folder.Say($"{offer.Version}: runs");
            return OfferEnd.Dealt;
        }

        if (!folder.IsGivenUp(offer))
            return await new OfferInHand(offer, command, options, folder, time, jitter, free).RunAsync(cancel);
        folder.Say($"{offer.Version}: was given up before, and is not fetched again");
        return OfferEnd.GivenUp;
    }
}
