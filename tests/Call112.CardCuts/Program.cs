using System.CommandLine;
using System.Globalization;
using Call112.CardCuts;

var card = new Option<FileInfo>("--card") { Description = "the card as it was before the log began", Required = true };
var log = new Option<FileInfo>("--log") { Description = "what blklogwrites recorded", Required = true };
var acknowledged = new Option<FileInfo?>("--acknowledged") { Description = "lines of \"LENGTH-OF-THE-LOG DISPATCH-ID\", each from behind an acknowledgement" };
var station = new Option<FileInfo?>("--station") { Description = "the station.json that lay on the card: looks for it instead of for dispatches" };
var update = new Option<DirectoryInfo?>("--update")
{
    Description = "the folder with boot.img and root.img that were installed as system B: looks whether what starts is whole",
};
var cuts = new Option<int>("--cuts") { Description = "how many cuts", DefaultValueFactory = _ => 300 };
var seed = new Option<int>("--seed") { Description = "of the cuts", DefaultValueFactory = _ => 112 };

var root = new RootCommand("Cuts a card's power at random points of a machine's block log, and looks at what is left. Ends with 0 if nothing was lost, 1 if something was.")
{
    card, log, acknowledged, station, update, cuts, seed,
};
root.SetAction(parsed =>
{
    var folder = Directory.CreateTempSubdirectory("call112-cuts.").FullName;
    try
    {
        using var replay = new Replay(parsed.GetValue(card)!.FullName, parsed.GetValue(log)!.FullName, folder);
        var dice = new Random(parsed.GetValue(seed));
        var verdict = replay.Run(parsed.GetValue(cuts), dice, parsed switch
        {
            _ when parsed.GetValue(station) is { } original => new Promise.OfStationFile(File.ReadAllBytes(original.FullName)),
            _ when parsed.GetValue(update) is { } folderOfUpdate => new Promise.OfUpdate(InstalledFiles.In(folderOfUpdate.FullName)),
            _ when parsed.GetValue(acknowledged) is { } file => new Promise.OfDispatches(Acknowledgement.Read(file.FullName)),
            _ => throw new InvalidDataException("one of --acknowledged, --station and --update says what must not be lost"),
        });
        foreach (var found in verdict.Lost.Take(5))
            Console.WriteLine($"  {found}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{verdict.Cuts} cuts, {verdict.Lost.Count} lost something; {replay.Entries} writes, {replay.Flushes} flushes, "
            + $"{verdict.Pending} writes in doubt at a cut, {verdict.Asked} {verdict.What}, seed {parsed.GetValue(seed)}"));
        return verdict.Lost.Count == 0 ? 0 : 1;
    }
    catch (Exception e) when (e is IOException or InvalidDataException)
    {
        Console.Error.WriteLine(e.Message);
        return 2;
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
});
return root.Parse(args).Invoke();
