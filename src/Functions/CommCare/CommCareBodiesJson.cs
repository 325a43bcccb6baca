using System.Text.Json.Serialization;

namespace ServerlessRosa.Functions.CommCare;

/// <summary>What the bodies of requests are, for their description.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CaseChangeBody))]
[JsonSerializable(typeof(CaseIdsBody))]
[JsonSerializable(typeof(GroupChangeBody))]
[JsonSerializable(typeof(LocationChangeBody))]
[JsonSerializable(typeof(LocationTypeChangeBody))]
[JsonSerializable(typeof(LookupRowChangeBody))]
[JsonSerializable(typeof(LookupTableChangeBody))]
[JsonSerializable(typeof(MobileWorkerChangeBody))]
[JsonSerializable(typeof(NewCaseBody))]
[JsonSerializable(typeof(NewGroupBody))]
[JsonSerializable(typeof(NewLocationBody))]
[JsonSerializable(typeof(NewLocationTypeBody))]
[JsonSerializable(typeof(NewLookupRowBody))]
[JsonSerializable(typeof(NewLookupTableBody))]
[JsonSerializable(typeof(NewMobileWorkerBody))]
[JsonSerializable(typeof(NewProductBody))]
[JsonSerializable(typeof(ProductChangeBody))]
[JsonSerializable(typeof(IReadOnlyList<ListedCaseBody>))]
internal sealed partial class CommCareBodiesJson : JsonSerializerContext;
