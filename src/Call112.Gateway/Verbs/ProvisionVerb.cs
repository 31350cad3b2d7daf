using Call112.Gateway.Provisioning;

namespace Call112.Gateway.Verbs;

/// <summary>
/// <c>call112-gateway provision</c>: what a card brings, at every boot before the gateway. Exit codes are those of
/// <see cref="ProvisioningResult"/>, and 2 for a wrong command line.
/// </summary>
internal static class ProvisionVerb
{
    /// <param name="Card">Folder of the FAT partition.</param>
    /// <param name="Data">Folder on the data partition.</param>
    /// <param name="Serial">File with the board's serial.</param>
    /// <param name="Problem">Where the problem verb looks, or null.</param>
    internal sealed record Request(string Card, string Data, string Serial, string? Problem);

    public static int Run(Request request, TextWriter told, TextWriter wrong)
    {
        var files = new DurableFiles();
        var data = new DataFolder(request.Data, files);
        ProvisioningResult result;
        try
        {
            result = new Provisioner(
                new CardFolder(request.Card, files), data, new FormerJournal(files), BoardSerial.Read(request.Serial)).Run();
        }
        catch (Exception e)
        {
            // A defect of this program must not silence a post that was armed before.
            wrong.WriteLine($"A defect, please tell the developers: {e}");
            return File.Exists(data.StationPath) ? ProvisioningResult.ArmedWithFormer : ProvisioningResult.NotArmed;
        }

        told.WriteLine(result.English);
        if (request.Problem is null)
            return result.ExitCode;
        try
        {
            ProblemFile.Leave(request.Problem, result);
        }
        catch (Exception e) when (DurableFiles.IsDisk(e))
        {
            wrong.WriteLine($"{request.Problem} cannot be written: {e.Message}");
        }

        return result.ExitCode;
    }
}
