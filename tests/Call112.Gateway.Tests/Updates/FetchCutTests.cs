using Call112.Gateway.Provisioning;
using Call112.Gateway.Updates;

namespace Call112.Gateway.Tests.Updates;

/// <summary>F1: the power goes at any step between an offer and a bundle that is handed over; the next run leads to the same end.</summary>
public sealed class FetchCutTests
{
    [Fact]
    public async Task A_power_cut_after_any_step_leads_to_the_same_bundle()
    {
        var (step, hasEnded) = (0, false);
        while (!hasEnded)
        {
            step++;
            await using var desk = new FetchDesk(20_000);
            desk.Put(desk.Offer(desk.Serve(new BundleServer.Answer(5_000)).Url));
            hasEnded = !await IsCutAsync(desk, step);
            // What the next start finds: no offer is left only where the bundle is the installer's already.
            Assert.True(await desk.RunAsync());
            Assert.Equal([$"{desk.Sha256}.raucb", FetchDesk.Version], desk.LinesOf(UpdateFolder.NextFile));
            Assert.Equal(desk.Content, await File.ReadAllBytesAsync(desk.In($"{desk.Sha256}.raucb"), TestContext.Current.CancellationToken));
            Assert.Null(desk.Folder.Waiting());
        }

        Assert.InRange(step, 12, 100);
    }

    private static async Task<bool> IsCutAsync(FetchDesk desk, int step)
    {
        var left = step;
        var files = new DurableFiles(_ =>
        {
            if (--left == 0)
                throw new PowerCutException();
        });
        try
        {
            await desk.RunAsync(new UpdateFolder(desk.Path, files));
            return false;
        }
        catch (PowerCutException)
        {
            return true;
        }
    }

    private sealed class PowerCutException : Exception;
}
